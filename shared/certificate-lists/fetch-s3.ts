import {
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import { bytesOf, type FetchedList, ListUnavailable } from './fetched-list.ts'

/** Reads lists at S3. */
export function openBucket(config: S3ClientConfig) {
  // The bucket may be in another Region.
  const client = new S3Client({ ...config, followRegionRedirects: true })
  return {
    /** @throws ListUnavailable */
    fetch: (
      address: string,
      etag: string | undefined,
      abortSignal: AbortSignal,
    ): Promise<FetchedList | 'unchanged'> =>
      inWords(async () => {
        const object = new GetObjectCommand({ ...locationOf(address), IfNoneMatch: etag })
        try {
          const { Body, ETag } = await client.send(object, { abortSignal })
          return { content: await bytesOf((Body ?? []) as AsyncIterable<Uint8Array>), etag: ETag }
        } catch (error) {
          if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 304)
            return 'unchanged'
          throw error
        }
      }),
    /**
     * The addresses of the lists in a folder. Other objects are left out: AWS Private CA also writes one to test its permission.
     *
     * @param folder ends with a slash
     * @throws ListUnavailable
     */
    find: (folder: string, abortSignal: AbortSignal): Promise<string[]> =>
      inWords(async () => {
        const { Bucket, Key: Prefix } = locationOf(folder)
        const keys: string[] = []
        const pages = paginateListObjectsV2({ client }, { Bucket, Prefix }, { abortSignal })
        for await (const { Contents = [] } of pages) {
          keys.push(...Contents.flatMap(({ Key = '' }) => (Key.endsWith('.crl') ? [Key] : [])))
        }
        // The name of the list's distribution point is made from the rest of the key.
        if (keys.some((key) => !key.startsWith(Prefix)))
          throw new ListUnavailable('lists an object outside of its folder')
        return keys.map((key) => `s3://${Bucket}/${key}`)
      }),
  }
}

function locationOf(address: string): { Bucket: string; Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(address) ?? []
  return { Bucket, Key }
}

/** Turns every error, also of the network, into one of lists. */
async function inWords<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (cause) {
    if (cause instanceof ListUnavailable) throw cause
    throw new ListUnavailable(`cannot be read at S3: ${cause instanceof Error ? cause.name : ''}`, { cause })
  }
}
