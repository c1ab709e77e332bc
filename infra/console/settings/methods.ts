import { SCHEMAS } from './schemas.ts'

/** The kind of data that a client registers for its method. Parts of pages depend on this and not on the method. */
const NEEDS = ['name', 'certificates', 'keys', 'secret', 'nothing'] as const
export type Needs = (typeof NEEDS)[number]

interface Method {
  readonly needs: Needs
  /** A description of the method. */
  readonly label: string
}

/** The client authentication methods of the Web API. Those with a certificate are first. */
export const METHODS: ReadonlyMap<unknown, Method> = readMethods(
  SCHEMAS['ClientSettings']?.properties?.['tokenAuthMethod']?.['x-methods'] ?? {},
)

function readMethods(published: object): Map<unknown, Method> {
  const methods = Object.entries(published).map(([name, { needs, label }]: [string, Method]) => {
    if (!NEEDS.includes(needs)) throw new Error(`${name} needs ${needs}, which the console does not know`)
    return [name, { needs, label }] as const
  })
  return new Map(methods.sort(([, a], [, b]) => NEEDS.indexOf(a.needs) - NEEDS.indexOf(b.needs)))
}

/** Returns what a client with this method registers. */
export function needsOf(method: unknown): Needs | undefined {
  return METHODS.get(method)?.needs
}
