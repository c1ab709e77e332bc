import type { Play } from './play.ts'

/** One command. The numbers choose among what there is, so each step fits each state. */
export interface Step {
  readonly do: string
  /** The process that answers. */
  readonly by: 0 | 1
  readonly pick: number
  readonly other: number
  /** After how many stops the request waits for others (requests.ts). Absent: it runs through. */
  readonly stops?: number | undefined
}

export interface Operation {
  /** How often it is chosen, beside the others. */
  readonly weight: number
  readonly fits: (play: Play) => boolean
  readonly take: (play: Play, step: Step) => Promise<void>
}

export function chosen<Item>(items: readonly Item[], pick: number): Item {
  const item = items[pick % items.length]
  if (item === undefined) throw new Error('there is nothing to choose from')
  return item
}

export const holds =
  (...kinds: Parameters<Play['held']>) =>
  (play: Play): boolean =>
    play.held(...kinds).length > 0

export const hasClient = ({ clients }: Play): boolean => clients.length > 0

/** The youngest. */
export const clientOf = ({ clients }: Play, { pick }: Step) => chosen(clients.slice(-3), pick)
export const serviceOf = ({ services }: Play, { pick }: Step) => chosen(services.slice(-2), pick)
