import { X509Certificate } from 'node:crypto'
import { refreshSource } from '../../shared/certificate-lists/refresh.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { authority } from '../support/certificate-chain.ts'
import { builtList } from '../support/certificate-list.ts'
import { START } from '../support/fixed-runtime.ts'
import { sourceOf } from '../support/list-source.ts'
import { CERTIFICATES, ISSUER, serialNumberOf } from './certificates.ts'
import type { ReadList } from './state.ts'

/** The key of the CA that signs its lists. */
const SIGNER = await authority('Model Lists')

/** The source of the lists of the CA. */
export const listSource = () =>
  sourceOf(SIGNER, {
    issuers: [new X509Certificate(ISSUER).raw, SIGNER.der].map((der) => der.toString('base64')),
  })

/** A list with these certificates. @param number that of the list, which must not go back */
export function listOf(entries: ReadList['entries'], number: number): Buffer {
  const date = (seconds: number) => new Date((START + seconds) * 1000).toISOString().slice(0, 19) + 'Z'
  return builtList(SIGNER, {
    number,
    thisUpdate: date(0),
    nextUpdate: date(86_400),
    entries: [...entries].map(([name, value]) => ({
      serial: serialNumberOf(CERTIFICATES[name as keyof typeof CERTIFICATES].pem),
      reason: value === 'hold' ? 'certificateHold' : 'keyCompromise',
    })),
  })
}

/** The job that reads the list. */
export const readList = ({ store, now, random }: Runtime, content: Buffer) =>
  refreshSource(listSource().name, {
    ...{ store, now, random },
    find: () => Promise.resolve([]),
    fetch: () => Promise.resolve({ content, etag: undefined }),
    pause: () => Promise.resolve(),
  })
