import type { Received } from '../support/gateway.ts'
import type { Certainty } from './certainty.ts'
import { isStopped } from './model.ts'
import type { Play } from './play.ts'
import type { Held, Span } from './state.ts'

/** One command. The numbers choose among what there is, so each step fits each state. */
export interface Step {
  readonly do: string
  /** The process that answers. */
  readonly by: 0 | 1
  readonly pick: number
  readonly other: number
  /** The choice of credentials and proofs (presentation.ts). If it is absent, the client brings the right ones. */
  readonly how?: number
  /** After how many stops the request waits for others (requests.ts). If it is absent, the request runs through. */
  readonly stops?: number | undefined
  /** Whether the request is sent a second time while it waits. */
  readonly twice?: boolean
}

/** Takes back what a request that was refused would have done. */
export type Undo = () => void

/** A request, for the model. */
export interface Asked {
  readonly name: string
  readonly send: (process: 0 | 1) => Promise<Received>
  /** Records the effects that the request may have from its beginning on. */
  readonly begins?: (at: Span) => readonly Undo[]
  /** Judges the answer. @param isDone `undefined`: nobody knows */
  readonly settle?: (isDone: boolean | undefined, answer: Received, at: Span) => void
}

export interface Operation<Player extends Play = Play> {
  /** How often it is chosen, beside the others. */
  readonly weight: number
  readonly fits: (play: Player) => boolean
  readonly take: (play: Player, step: Step) => Promise<void>
}

export type Operations<Player extends Play = Play> = Readonly<Record<string, Operation<Player>>>

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
export const hasService = ({ services }: Play): boolean => services.length > 0

/** One of the youngest things of a kind, more often one that may live. */
export function pickHeld(play: Play, { pick }: Step, ...kinds: Held['kind'][]): Held {
  return preferred(play.held(...kinds), (held) => play.dead(held, END), pick)
}

/** One of the youngest. */
export const clientOf = ({ clients, youngest }: Play, { pick }: Step) =>
  preferred(clients.slice(1 - youngest), (client) => isStopped(client, END), pick)
export const serviceOf = ({ services }: Play, { pick }: Step) => chosen(services.slice(-2), pick)

/** When all that has begun is over. */
export const END: Span = {
  ...{ start: Infinity, end: Infinity, gone: Infinity, process: 0 },
  ...{ startedAt: 0, endedAt: 0, latest: 0 },
}

function preferred<Item>(items: readonly Item[], isDead: (item: Item) => Certainty, pick: number): Item {
  const living = items.filter((item) => isDead(item) !== 'yes')
  const isAny = pick % 3 === 0 || living.length === 0
  return chosen(isAny ? items : living, Math.floor(pick / 3))
}
