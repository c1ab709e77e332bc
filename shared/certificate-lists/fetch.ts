import type { openBucket as OpenBucket } from './fetch-s3.ts'
import { bytesOf, type FetchedList, ListUnavailable } from './fetched-list.ts'
import type { ListReader } from './run.ts'

const LIMIT_MILLISECONDS = 60_000

/**
 * The means to fetch lists, with the configuration of S3. It loads the client of S3 for an address there.
 *
 * @param limitMilliseconds for each list, and for the names in a folder
 */
export function listFetcher(
  s3: Parameters<typeof OpenBucket>[0] = {},
  limitMilliseconds = LIMIT_MILLISECONDS,
): Pick<ListReader, 'find' | 'fetch'> {
  const open = async () => (await import('./fetch-s3.ts')).openBucket(s3)
  let opened: ReturnType<typeof open> | undefined
  const bucket = () => (opened ??= open())
  const inTime = async <Result>(action: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    const signal = AbortSignal.timeout(limitMilliseconds)
    try {
      return await action(signal)
    } catch (cause) {
      throw signal.aborted ? new ListUnavailable('does not answer in time', { cause }) : cause
    }
  }
  return {
    find: (folder) => inTime(async (signal) => (await bucket()).find(folder, signal)),
    fetch: (address, etag) =>
      inTime(async (signal) =>
        address.startsWith('s3:')
          ? (await bucket()).fetch(address, etag, signal)
          : fetchByHttp(address, etag, signal),
      ),
  }
}

/**
 * Fetches a list. The operator has chosen the address, so it may lead to any host. Redirects are not followed.
 *
 * @param etag that of the last list, if it is known
 * @returns `unchanged` if the list has this entity tag
 * @throws ListUnavailable
 */
async function fetchByHttp(
  address: string,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<FetchedList | 'unchanged'> {
  const headers = etag === undefined ? {} : { 'if-none-match': etag }
  try {
    const response = await fetch(address, { redirect: 'manual', headers, signal })
    if (response.status === 304 && etag !== undefined) return 'unchanged'
    if (response.status !== 200) throw new ListUnavailable(`answers with the status ${response.status}`)
    const content = await bytesOf(response.body ?? [])
    return { content, etag: response.headers.get('etag') ?? undefined }
  } catch (cause) {
    if (cause instanceof ListUnavailable) throw cause
    throw new ListUnavailable('cannot be reached', { cause })
  }
}
