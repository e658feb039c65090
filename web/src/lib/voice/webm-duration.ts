// Browsers write a WebM while it is recorded, and do not know yet how long it will be. Without that
// no player can seek in it, so it is added when the recording is over.

const SEGMENT = 0x18538067;
const INFORMATION = 0x1549a966;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DURATION = 0x4489;
/** What stands before the sound. */
const HEAD_BYTES = 4096;
/** As long as nothing else is said, times are in milliseconds. */
const NANOSECONDS = 1_000_000;

interface Element {
  id: number;
  start: number;
  /** Where its inside begins and ends. An endless one ends nowhere. */
  inside: number;
  end: number;
}

/** The same recording with its length in it; as it is where it has one, or is no WebM of a browser's. */
export async function withDuration(recording: Blob, ms: number): Promise<Blob> {
  const head = new Uint8Array(await recording.slice(0, HEAD_BYTES).arrayBuffer());
  const information = findInformation(head);
  if (!information) return recording;
  const { start, inside, end } = information;
  const children = [...elements(head, inside, end)];
  if (children.some(({ id }) => id === DURATION)) return recording;
  const scale = children.find(({ id }) => id === TIMESTAMP_SCALE);
  const unit = scale ? valueOf(head.subarray(scale.inside, scale.end)) : NANOSECONDS;

  // Its id and a size of eight bytes, what it had, and the length as a number of eight bytes.
  const added = new DataView(new ArrayBuffer(11));
  added.setUint16(0, DURATION);
  added.setUint8(2, 0x88);
  added.setFloat64(3, (ms * NANOSECONDS) / unit);
  const begin = new DataView(new ArrayBuffer(12));
  begin.setUint32(0, INFORMATION);
  begin.setBigUint64(4, (1n << 56n) | BigInt(end - inside + added.byteLength));
  return new Blob(
    [head.slice(0, start), begin, head.slice(inside, end), added, recording.slice(end)],
    { type: recording.type },
  );
}

/** What is known of the whole, in an endless recording that says nowhere where something is in it. */
function findInformation(head: Uint8Array): Element | undefined {
  const segment = [...elements(head, 0, head.length)].find(({ id }) => id === SEGMENT);
  if (!segment || segment.end !== Infinity) return undefined;
  const [first] = elements(head, segment.inside, head.length);
  return first?.id === INFORMATION && first.end <= head.length ? first : undefined;
}

function* elements(bytes: Uint8Array, from: number, to: number): Generator<Element> {
  for (let start = from; start < to;) {
    const idLength = Math.clz32(bytes[start] ?? 0) - 23;
    const sizeAt = start + idLength;
    const sizeLength = Math.clz32(bytes[sizeAt] ?? 0) - 23;
    if (idLength > 4 || sizeLength > 8) return;
    const inside = sizeAt + sizeLength;
    const own = valueOf(bytes.subarray(sizeAt, inside)) - 2 ** (7 * sizeLength);
    const isEndless = bytes.subarray(sizeAt + 1, inside).every((byte) => byte === 0xff);
    const isOwnEndless = isEndless && (bytes[sizeAt] ?? 0) === 2 ** (9 - sizeLength) - 1;
    const end = isOwnEndless ? Infinity : inside + own;
    yield { id: valueOf(bytes.subarray(start, sizeAt)), start, inside, end };
    start = end;
  }
}

function valueOf(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
