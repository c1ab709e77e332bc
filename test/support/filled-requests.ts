import { bodyOf, type Entry, type Face, pathOf } from './bad-requests.ts'
import { type Made, make } from './placeholders.ts'
import type { Sent } from './gateway.ts'
import type { VectorService } from './vector-service.ts'
import { presented } from './vectors.ts'

/** The values of the placeholders of one request. */
export type Values = ReadonlyMap<string, Made>

const PLACEHOLDER = /\{([a-z0-9-]+:[a-z0-9-]+)\}/g
/** The four forms of `{access:cnf-damaged}`. */
const DAMAGES = ['missing', 'null', 'empty', 'short']

export async function makeValues({ headers, body = '' }: Entry, service: VectorService): Promise<Values> {
  const texts = [body, ...Object.values(headers)].join(' ')
  const values = new Map<string, Made>()
  for (const name of new Set([...texts.matchAll(PLACEHOLDER)].map(([, name = '']) => name))) {
    values.set(name, await make(name, service))
  }
  return values
}

export function sentOn(face: Face, entry: Entry, values: Values, service: VectorService): Sent {
  const fill = (text: string) => text.replace(PLACEHOLDER, (_, name: string) => values.get(name)?.text ?? '')
  const path = pathOf(entry)
  const certificate = presented(entry.certificate)
  const body = bodyOf(entry)
  const filled = typeof body === 'string' ? fill(body) : body
  if (face === 'oauth') {
    const { authorization, ...others } = entry.headers
    const headers = Object.entries(others).map(([name, value]) => [name, fill(value)])
    return {
      route: `/${path}`,
      method: entry.method,
      headers: {
        ...(Object.fromEntries(headers) as Record<string, string>),
        // The entry may have two values, for a format that can separate them.
        ...(authorization === undefined ? {} : { authorization: fill(authorization).split(',') }),
      },
      ...(filled === undefined ? {} : { body: filled }),
      certificate,
      query: entry.endpoint.split('?')[1],
    }
  }
  const form = new URLSearchParams(String(filled))
  const scopes = form.get('scopes')?.split(' ')
  const members = path === 'introspection' ? { token: form.get('token'), scopes } : { parameters: filled }
  return service.callOf(`/auth/${path}`, { ...members, clientCertificate: certificate })
}

export function formsOf(entry: Entry): { entry: Entry; form: string }[] {
  if (entry.body?.includes('{access:cnf-damaged}') !== true) return [{ entry, form: '' }]
  return DAMAGES.map((damage) => ({
    entry: { ...entry, body: entry.body?.replace('{access:cnf-damaged}', `{access:cnf-damaged-${damage}}`) },
    form: `, binding ${damage}`,
  }))
}
