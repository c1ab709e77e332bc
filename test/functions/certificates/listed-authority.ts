import { beforeEach } from 'vitest'
import { refreshSource } from '../../../shared/certificate-lists/refresh.ts'
import type { ListSource } from '../../../shared/store/lists/sources.ts'
import { element } from '../../support/built-certificate.ts'
import { authority, client as issuedClient, pemOf } from '../../support/certificate-chain.ts'
import { type BuiltEntry, type BuiltList, builtList } from '../../support/certificate-list.ts'
import { START } from '../../support/fixed-runtime.ts'
import { ADDRESS, listReader, type Published, sourceOf } from '../../support/list-source.ts'
import { TLS } from '../../support/walk.ts'
import { twoProcesses } from './two-processes.ts'

export const POINT = 'http://lists.example.com/a.crl'
const points = element(0x30, element(0x30, element(0xa0, element(0xa0, element(0x86, POINT)))))
export const NAMED = { ...TLS, tlsClientAuthSubjectDn: 'CN=client' }
export const DAY = 86_400

/** A CA with two keys, and certificates of its clients. */
async function openAuthority() {
  const [ca, second] = [await authority('Lists CA'), await authority('Lists CA')]
  return {
    ca,
    issuers: [ca, second].map(({ der }) => der.toString('base64')),
    own: pemOf(await issuedClient(ca, { serial: 0x11 })),
    other: pemOf(await issuedClient(ca, { serial: 0x12 })),
    ofSecondKey: pemOf(await issuedClient(second, { serial: 0x13 })),
    withPoint: pemOf(
      await issuedClient(ca, { serial: 0x14, extensions: [{ oid: '2.5.29.31', value: points }] }),
    ),
  }
}

/** Two processes of a deployment. Each test has a CA and a source of its own, whose lists the second process reads. */
export async function listedAuthority() {
  const processes = await twoProcesses()
  const { runtime, rival } = processes
  const published: Published = new Map()
  const source = { name: '', number: 0 }
  let pem: Awaited<ReturnType<typeof openAuthority>> | undefined
  let tests = 0
  const certificates = () => pem as NonNullable<typeof pem>
  const setSource = async (more: Partial<ListSource>, { store } = runtime) => {
    const { ca, issuers } = certificates()
    const { sources } = store.lists
    await sources.changeSources(() => [sourceOf(ca, { name: source.name, issuers, ...more })])
  }
  /** Publishes the next list. */
  const publish = (entries: readonly BuiltEntry[], more: BuiltList = {}) => {
    const number = (source.number += 1)
    const date = (seconds: number) => new Date((START + seconds) * 1000).toISOString().slice(0, 19) + 'Z'
    const dates = { thisUpdate: date(number), nextUpdate: date(DAY) }
    published.set(ADDRESS, builtList(certificates().ca, { number, entries, ...dates, ...more }))
  }
  const reader = () => listReader(rival, published)
  const run = () => refreshSource(source.name, reader())
  const read = async (...given: Parameters<typeof publish>) => {
    publish(...given)
    return run()
  }
  beforeEach(async () => {
    pem = await openAuthority()
    source.name = `ca${(tests += 1)}`
    source.number = 0
    await setSource({})
  })
  return { ...processes, certificates, source, setSource, publish, reader, run, read }
}
