import fc from 'fast-check';

/** Pieces that have broken readers before: lengths that lie, names of prototypes, what opens and never closes. */
const tokens: readonly Buffer[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', '[object Object]', 'NaN', '1e999'],
  ...[
    '"',
    "'",
    '"""',
    '[',
    '[[',
    '{',
    '}',
    ']',
    '=',
    ':',
    '- ',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '|\n',
    '>-\n',
    '---\n',
  ],
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\0',
    '\uFEFF',
    '\u202E',
    '\u2028',
    '\uD800',
    '%',
    '../',
    '#',
    '\\',
    '\\u',
    '\\x',
    '{{',
  ],
  ...[
    '-----BEGIN CERTIFICATE-----\n',
    '-----END CERTIFICATE-----\n',
    '-----BEGIN PRIVATE KEY-----\n',
    '://',
    ']:',
    '::',
  ],
  ...['-1', '0', '65536', '99999999999999999999', '0x10', '1_000', '1979-05-27', 'true', '[]', '{}', '""', '[[[[[[[['],
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0xff]),
    Buffer.from([0x80, 0x80, 0x80, 0x80]),
    Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
  ]);

type Edit = (input: Buffer, other: Buffer) => Buffer;

const place = fc.nat({ max: 0xffff });
const splice = (input: Buffer, at: number, remove: number, add: Buffer) => {
  const start = at % (input.length + 1);
  return Buffer.concat([input.subarray(0, start), add, input.subarray(start + remove)]);
};

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, fc.constantFrom(...tokens)).map(
    ([at, token]): Edit =>
      (input) =>
        splice(input, at, 0, token),
  ),
  fc.tuple(place, fc.constantFrom(...tokens)).map(
    ([at, token]): Edit =>
      (input) =>
        splice(input, at, token.length, token),
  ),
  fc.tuple(place, fc.nat({ max: 255 })).map(
    ([at, byte]): Edit =>
      (input) =>
        splice(input, at, 1, Buffer.from([byte])),
  ),
  fc.tuple(place, fc.nat({ max: 64 })).map(
    ([at, length]): Edit =>
      (input) =>
        splice(input, at, length, Buffer.alloc(0)),
  ),
  fc.tuple(place, fc.nat({ max: 200 })).map(
    ([at, length]): Edit =>
      (input, other) =>
        splice(input, at, 0, other.subarray(at % (other.length + 1), (at % (other.length + 1)) + length)),
  ),
  fc.tuple(place, fc.nat({ max: 40 }), fc.integer({ min: 2, max: 300 })).map(
    ([at, length, times]): Edit =>
      (input) => {
        const start = at % (input.length + 1);
        const piece = input.subarray(start, start + length);
        return splice(input, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
      },
  ),
  place.map(
    (at): Edit =>
      (input) =>
        input.subarray(0, at % (input.length + 1)),
  ),
);

/** A seed with a few edits, or bytes of no known kind. */
export function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const seed = fc.constantFrom(...seeds);
  return fc.oneof(
    { weight: 20, arbitrary: fc.tuple(seed, seed, fc.array(edits, { minLength: 1, maxLength: 6 })).map(apply) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  );
}

function apply([input, other, all]: readonly [Buffer, Buffer, readonly Edit[]]): Buffer {
  return all.reduce((bytes, edit) => edit(bytes, other), input);
}
