import { timingSafeEqual } from 'node:crypto'

/** Compares two texts. For texts of equal length, its running time does not depend on where they differ. */
export function isSameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf16le'), Buffer.from(b, 'utf16le')]
  return left.length === right.length && timingSafeEqual(left, right)
}
