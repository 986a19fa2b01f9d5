// Work that waits: coroutines that read top to bottom, resumed by the engine within its steps.
// One thread. Nothing is resumed from inside `settle`: what became ready waits in a queue that the engine
// drains at the end of the step, so code that settles never runs other code in its middle.
//
// Rules for those who write them (g++ 12): parameters by value or owned by the engine; no lambda that captures
// is itself a coroutine; a temporary with a destructor never stands inside a co_await expression.
#pragma once

#include <coroutine>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "crypto/bytes/check.h"

namespace samband::client {

// A result that comes later. Copies share it; settled at most once, awaited by at most one task.
template <class T>
class Later;

// What became ready, in order.
class ReadyQueue {
 public:
  struct Waiting {
    std::coroutine_handle<> resumes;  // null once resumed, or when the waiting task is gone
    virtual ~Waiting() = default;
  };
  void push(std::shared_ptr<Waiting> waiting) { queue_.push_back(std::move(waiting)); }
  // Runs until nothing is ready any more.
  void drain() {
    while (!queue_.empty()) {
      const std::shared_ptr<Waiting> next = std::move(queue_.front());
      queue_.pop_front();
      if (const auto handle = std::exchange(next->resumes, nullptr)) handle.resume();
    }
  }

 private:
  std::deque<std::shared_ptr<Waiting>> queue_;
};

template <class T>
class Later {
 public:
  explicit Later(ReadyQueue& ready) : state_{std::make_shared<State>(ready)} {}

  // A second settling changes nothing.
  void settle(T value) const {
    if (state_->value || state_->taken) return;
    state_->value = std::move(value);
    if (state_->resumes) state_->ready.push(state_);
  }
  [[nodiscard]] bool settled() const { return state_->value.has_value() || state_->taken; }

  class Awaiter {
   public:
    explicit Awaiter(const Later& later) : later_{later} {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() { later_.state_->resumes = nullptr; }
    [[nodiscard]] bool await_ready() const { return later_.state_->value.has_value(); }
    void await_suspend(std::coroutine_handle<> handle) { later_.state_->resumes = handle; }
    T await_resume() {
      SAMBAND_CHECK(later_.state_->value.has_value());
      later_.state_->taken = true;
      T value = std::move(*later_.state_->value);
      later_.state_->value.reset();
      return value;
    }

   private:
    const Later& later_;
  };
  Awaiter operator co_await() const& { return Awaiter{*this}; }
  Awaiter operator co_await() const&& = delete;  // name it first: it must outlive the wait

 private:
  struct State : ReadyQueue::Waiting {
    explicit State(ReadyQueue& queue) : ready{queue} {}
    ReadyQueue& ready;
    std::optional<T> value;
    bool taken = false;
  };
  std::shared_ptr<State> state_;
};

// A coroutine that gives one T. It begins when it is awaited or started; destroying it destroys what it waits for.
template <class T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::coroutine_handle<> parent = std::noop_coroutine();

    Task get_return_object() { return Task{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Final {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
          return done.promise().parent;
        }
        void await_resume() noexcept {}
      };
      return Final{};
    }
    void return_value(T result) { value = std::move(result); }
    void unhandled_exception() { std::terminate(); }
  };

  Task(Task&& other) noexcept : handle_{std::exchange(other.handle_, nullptr)} {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() { destroy(); }

  void start() { handle_.resume(); }
  [[nodiscard]] bool done() const { return handle_.done(); }
  [[nodiscard]] T take() { return std::move(*handle_.promise().value); }

  struct Awaiter {
    std::coroutine_handle<promise_type> handle;
    [[nodiscard]] bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) {
      handle.promise().parent = parent;
      return handle;
    }
    T await_resume() { return std::move(*handle.promise().value); }
  };
  Awaiter operator co_await() & { return Awaiter{handle_}; }
  Awaiter operator co_await() && = delete;  // name it first: it must outlive the wait

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_{handle} {}
  void destroy() {
    if (handle_) handle_.destroy();
    handle_ = nullptr;
  }
  std::coroutine_handle<promise_type> handle_;
};

// Work that nobody waits for by name: following the directory, joining a channel, keeping groups current.
class Errands {
 public:
  void spawn(Task<bool> task) {
    tasks_.push_back(std::move(task));
    tasks_.back().start();
  }
  // Forgets what is done.
  void sweep() {
    std::erase_if(tasks_, [](const Task<bool>& task) { return task.done(); });
  }
  [[nodiscard]] bool idle() const { return tasks_.empty(); }

 private:
  std::list<Task<bool>> tasks_;
};

}  // namespace samband::client
