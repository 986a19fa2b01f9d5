"""A PDF whose text lies in it uncompressed, so that a search for its bytes means something."""

import random

WORDS = ("samhandling pasientforløp kommune helseforetak fagråd utskrivning avtale oppfølging koordinator "
         "rehabilitering beredskap kompetanse veileder tjeneste ansvar plan mål tiltak frist rapport").split()


def make_pdf(size: int, seed: int) -> bytes:
    """A document of about `size` bytes; the same seed gives the same bytes."""
    source = random.Random(seed)
    pages = max(1, size // 4200)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>",
               b"<< /Type /Pages /Count %d /Kids [%s] >>"
               % (pages, b" ".join(b"%d 0 R" % (4 + 2 * page) for page in range(pages))),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    for page in range(pages):
        lines = [" ".join(source.choices(WORDS, k=9)) for _ in range(48)]
        drawn = b"".join(b"(%s) '\n" % line.encode("cp1252") for line in lines)
        stream = b"BT /F1 10 Tf 14 TL 50 800 Td\n" + drawn + b"ET"
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
                       b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * page))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return assemble(objects)


def assemble(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
