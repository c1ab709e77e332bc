import { type FetchedList, ListUnavailable } from '../../shared/certificate-lists/fetched-list.ts'
import type { ListReader } from '../../shared/certificate-lists/run.ts'
import type { ListSource } from '../../shared/store/lists/sources.ts'
import type { Party } from './certificate-chain.ts'
import { type FixedRuntime, START } from './fixed-runtime.ts'

export const ADDRESS = 'http://lists.example.com/ca.crl'

/** The published lists, by their addresses. A test changes them. */
export type Published = Map<string, Buffer>

/** Reads lists that the test has published, and counts the answers. */
export function listReader(runtime: FixedRuntime, published: Published): ListReader & { fetched: number } {
  const reader = {
    ...runtime,
    fetched: 0,
    find: (folder: string) =>
      Promise.resolve([...published.keys()].filter((address) => address.startsWith(folder)).sort()),
    fetch: (address: string): Promise<FetchedList> => {
      const content = published.get(address)
      if (content === undefined) return Promise.reject(new ListUnavailable('answers with the status 404'))
      reader.fetched += 1
      return Promise.resolve({ content, etag: undefined })
    },
    pause: () => Promise.resolve(),
  }
  return reader
}

export function sourceOf(issuer: Party, more: Partial<ListSource> = {}): ListSource {
  const issuers = [issuer.der.toString('base64')]
  return { name: 'ca', issuers, address: ADDRESS, lists: [], knownFrom: START, ...more }
}
