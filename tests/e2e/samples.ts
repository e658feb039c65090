// Files that people send, made on the spot.

import { crc32, deflateSync } from 'node:zlib'

export interface Sample {
  name: string
  mimeType: string
  buffer: Buffer
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

/** A picture of hills in one hue. */
export function png(name: string, width: number, height: number, [red, green, blue]: [number, number, number]): Sample {
  const rows = Buffer.alloc((width * 3 + 1) * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const hill = Math.sin((x / width) * 5 + y / height) * 0.12 + 0.55
      const light = y / height > hill ? 0.45 : 0.75 + 0.25 * (1 - y / height)
      const at = y * (width * 3 + 1) + 1 + x * 3
      rows[at] = red * light
      rows[at + 1] = green * light
      rows[at + 2] = blue * light
    }
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  const parts = [chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]
  const buffer = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts])
  return { name, mimeType: 'image/png', buffer }
}

/** A second of silence. */
export function wav(name: string): Sample {
  const rate = 8000
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + rate, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(rate, 40)
  return { name, mimeType: 'audio/wav', buffer: Buffer.concat([head, Buffer.alloc(rate, 128)]) }
}

export function text(name: string, content: string): Sample {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(content) }
}
