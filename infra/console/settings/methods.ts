import { SCHEMAS } from './schemas.ts'

/** What a client registers for its method: the parts of pages that are about one of these ask for it, and not for the method. */
const NEEDS = ['name', 'certificates', 'keys', 'secret', 'nothing'] as const
export type Needs = (typeof NEEDS)[number]

interface Method {
  readonly needs: Needs
  /** How a client proves itself. */
  readonly label: string
}

/** The client authentication methods of the Web API, those by certificate first. */
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

/** What a client with this method registers. */
export function needsOf(method: unknown): Needs | undefined {
  return METHODS.get(method)?.needs
}
