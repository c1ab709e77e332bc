import type { EpochSeconds } from '../epoch-seconds.ts'
import type { TokenDigest } from './digest.ts'
import { DamagedItem } from './listing.ts'
import type { Item } from './table.ts'

/** One attribute of an item each, of its one type. Every function throws DamagedItem for anything else. */

export function seconds(item: Item, name: string): EpochSeconds {
  return integer(item, name) as EpochSeconds
}

export function integer(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new DamagedItem(name)
  return value
}

export function text(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string' || value === '') throw new DamagedItem(name)
  return value
}

export function optionalText(item: Item, name: string): string | undefined {
  return item[name] === undefined ? undefined : text(item, name)
}

export function optionalMap(item: Item, name: string): Item | undefined {
  const value = item[name]
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null) throw new DamagedItem(name)
  return value as Item
}

export function digest(item: Item, name: string): TokenDigest {
  return text(item, name) as TokenDigest
}

export function texts(item: Item, name: string): readonly string[] {
  const value = item[name]
  if (!Array.isArray(value) || !value.every((element) => typeof element === 'string'))
    throw new DamagedItem(name)
  return value
}

/** Absent where there are none. */
export function optionalTexts(item: Item, name: string): readonly string[] {
  const values = item[name] === undefined ? [] : texts(item, name)
  if (item[name] !== undefined && values.length === 0) throw new DamagedItem(name)
  return values
}
