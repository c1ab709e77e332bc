import { expect, test } from 'vitest'
import { mergeSources } from '../../../../infra/aws/provisioning/list-sources.ts'
import { issuerKey } from '../../../../shared/certificate/issuer-key.ts'
import { isFresh } from '../../../../shared/store/lists/sources.ts'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { authority, type Party } from '../../../support/certificate-chain.ts'
import { START } from '../../../support/fixed-runtime.ts'
import { sourceOf } from '../../../support/list-source.ts'

test('a list of a key that its source no longer has is late at once, one of a key that stays is not, and both keep their number', async () => {
  const [signer, next] = [await authority('Lists CA'), await authority('Lists CA')]
  const dates = { thisUpdate: START, nextUpdate: addSeconds(START, 3600) }
  const list = {
    key: 'k',
    count: 3,
    userCertificatesOnly: false,
    digest: 'd',
    number: '7',
    etag: 'e',
    ...dates,
  }
  const stored = [sourceOf(signer, { lists: [{ ...list, signer: issuerKey(signer.der) }] })]
  const merge = (...keys: Party[]) => {
    const issuers = keys.map(({ der }) => der.toString('base64'))
    return mergeSources([{ ...sourceOf(signer), issuers }], stored, addSeconds(START, 70))
  }
  const of = (source = sourceOf(signer)) => [
    isFresh(source, START),
    source.lists[0]?.digest,
    source.lists[0]?.number,
  ]
  expect(of(merge(signer)[0])).toEqual([true, 'd', '7'])
  expect(of(merge(next, signer)[0])).toEqual([true, '', '7'])
  expect(of(merge(next)[0])).toEqual([false, '', '7'])
})
