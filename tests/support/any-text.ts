import fc from 'fast-check';

/** Every code point but the halves of a pair. */
const codePoint = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 0x7f }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0xd7ff }) },
  { weight: 2, arbitrary: fc.integer({ min: 0xe000, max: 0x10ffff }) },
);

/** Generates any text, with characters of all planes. fast-check's own `binary` unit first fills a table of a million entries. */
export const anyText = fc.array(codePoint).map((points) => String.fromCodePoint(...points));
