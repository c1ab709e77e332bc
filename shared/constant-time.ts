import { timingSafeEqual } from 'node:crypto'

/** Compares without showing by its time where two texts of one length differ. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf16le'), Buffer.from(b, 'utf16le')]
  return left.length === right.length && timingSafeEqual(left, right)
}
