import { beforeEach, expect, test } from 'vitest'
import { opensslLists } from '../../../infra/bench/openssl-lists.ts'
import { refreshSource } from '../../../shared/certificate-lists/refresh.ts'
import { requireCertificate } from '../../../shared/certificate/pem.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { announceByApi, announcementOf, CA, type Holder, holder } from '../../support/announcements.ts'
import { outcome } from '../../support/answers.ts'
import { ADDRESS, listReader, type Published } from '../../support/list-source.ts'
import { available, runs } from '../../support/page-code.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BOUND, EVERY_METHOD, PUBLIC } from '../../support/walk.ts'
import { twoProcesses } from '../certificates/two-processes.ts'

const { runtime, rival, walk, inRival } = await twoProcesses()
const OPENSSL = available('openssl', runs('openssl', 'version') ? undefined : 'openssl')

beforeEach(async () => {
  // openssl takes the time of the machine.
  runtime.clock.now = rival.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  await walk().setService({ ...EVERY_METHOD, clientCertificateIssuers: [CA.cert] })
})

test.each(OPENSSL)(
  'a list of %s ends the renewals of its certificates, and with keyCompromise it revokes those that follow as well',
  async () => {
    const lists = opensslLists(await temporaryFolder(), CA)
    const published: Published = new Map()
    const issuers = [requireCertificate(CA.cert).toString('base64')]
    await rival.store.lists.sources.changeSources(() => [
      { name: 'ca', issuers, address: ADDRESS, lists: [], knownFrom: rival.clock.now },
    ])
    const outcomes = async (reason: string) => {
      const [from, to, last] = [await holder('a'), await holder('a'), await holder('a')]
      const client = await walk().addClient(PUBLIC, BOUND)
      const { refresh } = await walk().granted(client, from.cert)
      const announcement = announcementOf(from, to, runtime.clock.now)
      expect(outcome(await announceByApi(walk(), client, from, announcement))).toBe('OK A033091')
      const further = announcementOf(to, last, runtime.clock.now)
      expect(outcome(await announceByApi(walk(), client, to, further))).toBe('OK A033091')
      const { access } = await walk().granted(client, to.cert)
      const { access: lastAccess } = await walk().granted(client, last.cert)
      lists.revoke(from.cert, reason)
      published.set(ADDRESS, lists.list())
      const { source } = await refreshSource('ca', listReader(rival, published))
      expect(source.problem).toBeUndefined()
      const call = { clientIdentifier: client.id, thumbprint: from.thumbprint }
      const { json } = await inRival().call('/certificate/renewal/get', call)
      const introspected = async (token: string, { cert: clientCertificate }: Holder) =>
        outcome(await inRival().call('/auth/introspection', { token, clientCertificate }))
      return [
        json['state'],
        outcome(await walk().refresh(client, refresh, to.cert)),
        await introspected(access, to),
        await introspected(lastAccess, last),
      ]
    }
    expect(await outcomes('superseded')).toEqual([
      ...['revoked', 'BAD_REQUEST A053398 invalid_grant', 'OK A056001', 'OK A056001'],
    ])
    const dead = 'UNAUTHORIZED A057397 invalid_token'
    expect(await outcomes('keyCompromise')).toEqual([
      ...['revoked', 'BAD_REQUEST A053398 invalid_grant', dead, dead],
    ])
  },
)
