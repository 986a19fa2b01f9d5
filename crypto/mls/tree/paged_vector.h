// A vector whose copies share their elements, a page at a time, until one side writes.
// Pages are bound into books: copying costs one counter for each 1024 elements, and writing to what is shared copies
// one page and its book. Pages that nobody has written to take no memory.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <vector>

#include "crypto/mls/tree/copy_on_write.h"

namespace samband::mls {

template <class T>
class PagedVector {
 public:
  static constexpr std::size_t page_size = 32;  // elements
  static constexpr std::size_t book_size = 32;  // pages
  static constexpr std::size_t book_elements = page_size * book_size;

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] const T& operator[](std::size_t index) const {
    assert(index < size_);
    const CopyOnWrite<Book>& book = books_[index / book_elements];
    if (!book) return blank();
    const CopyOnWrite<Page>& page = (*book)[index / page_size % book_size];
    return page ? (*page)[index % page_size] : blank();
  }
  // The element for writing; its page becomes this vector's own.
  [[nodiscard]] T& edit(std::size_t index) {
    assert(index < size_);
    CopyOnWrite<Book>& book = books_[index / book_elements];
    if (!book) book = CopyOnWrite<Book>{Book{}};
    CopyOnWrite<Page>& page = book.own()[index / page_size % book_size];
    if (!page) page = CopyOnWrite<Page>{Page{}};
    return page.own()[index % page_size];
  }

  // New elements are value-initialised.
  void resize(std::size_t size) {
    if (size < size_) erase_rest_of_book(size);
    books_.resize((size + book_elements - 1) / book_elements);
    size_ = size;
  }

  // Calls `visit(index)`, in order, for every element that `a` and `b` may not have in common: those of pages they
  // don't share, and those that one of them is too short for.
  template <class Visit>
  static void for_each_difference(const PagedVector& a, const PagedVector& b, Visit&& visit) {
    const std::size_t end = std::max(a.size_, b.size_);
    const std::size_t shared_end = std::min(a.size_, b.size_);
    for (std::size_t at = 0; at < end;) {
      if (at % book_elements == 0 && at + book_elements <= shared_end && a.book_at(at).shares_with(b.book_at(at))) {
        at += book_elements;
      } else if (at + page_size <= shared_end && a.page_at(at).shares_with(b.page_at(at))) {
        at += page_size;
      } else {
        for (const std::size_t page_end = std::min(end, at + page_size); at < page_end; ++at) visit(at);
      }
    }
  }

 private:
  using Page = std::array<T, page_size>;
  using Book = std::array<CopyOnWrite<Page>, book_size>;

  static const T& blank() {
    static const T value{};
    return value;
  }

  [[nodiscard]] const CopyOnWrite<Book>& book_at(std::size_t index) const {
    static const CopyOnWrite<Book> none;
    return index / book_elements < books_.size() ? books_[index / book_elements] : none;
  }
  [[nodiscard]] const CopyOnWrite<Page>& page_at(std::size_t index) const {
    static const CopyOnWrite<Page> none;
    const CopyOnWrite<Book>& book = book_at(index);
    return book ? (*book)[index / page_size % book_size] : none;
  }

  // Value-initialises what comes after `size` in its book.
  void erase_rest_of_book(std::size_t size) {
    const std::size_t in_book = size % book_elements;
    if (in_book == 0 || !book_at(size)) return;
    Book& book = books_[size / book_elements].own();
    if (CopyOnWrite<Page>& cut = book[in_book / page_size]; cut && in_book % page_size != 0) {
      std::fill(cut.own().begin() + in_book % page_size, cut.own().end(), T{});
    }
    const std::size_t pages_kept = (in_book + page_size - 1) / page_size;
    std::fill(book.begin() + pages_kept, book.end(), CopyOnWrite<Page>{});
  }

  std::vector<CopyOnWrite<Book>> books_;
  std::size_t size_ = 0;
};

}  // namespace samband::mls
