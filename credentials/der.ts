/** One element of DER (X.690): its tag with class and form, its contents, and the whole of it. */
export interface DerElement {
  readonly tag: number;
  readonly contents: Buffer;
  readonly whole: Buffer;
}

/** The elements in these bytes, one after the other. Throws where one does not end in them, or has a form that DER lacks. */
export function derElements(bytes: Buffer): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let left = bytes; left.length > 0; ) {
    const { tag, length, start } = headOf(left);
    const end = start + length;
    if (end > left.length) {
      throw new RangeError('an element is longer than the bytes that hold it');
    }
    elements.push({ tag, contents: left.subarray(start, end), whole: left.subarray(0, end) });
    left = left.subarray(end);
  }
  return elements;
}

/** The elements inside the only element of these bytes. Throws where that is not a SEQUENCE. */
export function derSequence(bytes: Buffer): readonly DerElement[] {
  return derElements(onlyContents(bytes, sequence));
}

/** The contents of the only element of these bytes. Throws where it has another tag. */
export function onlyContents(bytes: Buffer, tag: number): Buffer {
  const [element, ...others] = derElements(bytes);
  if (element?.tag !== tag || others.length > 0) {
    throw new TypeError(`not one element with the tag ${tag}`);
  }
  return element.contents;
}

const sequence = 0x30;
/** Tags of 31 and more go on in the next byte; no certificate has one. */
const longTag = 0x1f;
/** Lengths up to here are one byte; above it the number of bytes that hold the length. */
const shortLength = 0x80;
const longestLength = 4;

function headOf(bytes: Buffer): { readonly tag: number; readonly length: number; readonly start: number } {
  const tag = bytes.readUInt8(0);
  const first = bytes.readUInt8(1);
  const size = first < shortLength ? 0 : first - shortLength;
  if ((tag & longTag) === longTag || first === shortLength || size > longestLength) {
    throw new TypeError('no tag or length of DER');
  }
  return { tag, length: size === 0 ? first : bytes.readUIntBE(2, size), start: 2 + size };
}
