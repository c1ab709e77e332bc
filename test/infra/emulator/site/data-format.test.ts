import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod/mini'
import { DATA_FORMAT } from '../../../../infra/emulator/site/data-folder.ts'
import { addClient } from '../../../../infra/emulator/site/seed.ts'
import { type Site, startSite } from '../../../../infra/emulator/site/site.ts'
import type { IssuerKey } from '../../../../shared/certificate/issuer-key.ts'
import type { SerialNumber } from '../../../../shared/certificate/serial-number.ts'
import type { Thumbprint } from '../../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { Client } from '../../../../shared/store/client.ts'
import { digest } from '../../../../shared/store/digest.ts'
import * as grant from '../../../../shared/store/grant.ts'
import { Service } from '../../../../shared/store/service.ts'
import { START } from '../../../support/fixed-runtime.ts'
import { rawTables } from '../../../support/raw-tables.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import {
  CLIENT,
  NO_PROOF,
  sampleClientTokens,
  sampleGrant,
  SERVICE,
} from '../../../shared/store/sample-grant.ts'

/** If the test fails, data folders of users have another format now: raise DATA_FORMAT, and put the new digest here. */
const DIGEST = { 7: 'a9eabde352840ea06e61fdc7fa3373a2b8efcd41e475e2f763e7bf353a87be97' }

/** The form of these texts is part of the format. */
const KEYS = ['pk', 'sk', 'id', 'holder', 'held']

/** The names and types of a value, and the form of its keys. */
function shapeOf(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].sort()
  if (typeof value === 'string' && KEYS.includes(name))
    return value.replaceAll(/[\w-]{16,}/g, ({ length }) => `text of ${length}`).replaceAll(/\d+/g, '1')
  if (typeof value !== 'object' || value === null) return typeof value
  const members = Object.entries(value).map(([member, inner]) => [member, shapeOf(inner, member)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Puts an item of each kind into the tables of a site. */
async function fill({ runtime, seeded }: Site): Promise<void> {
  await addClient(runtime, seeded.serviceId, { clientIdAlias: 'alias' })
  const { grants, proofs, revocations, certificates } = runtime.store
  const [stays, used, coded] = [sampleGrant(), sampleGrant(), sampleGrant()]
  await grants.create(stays.pushed, NO_PROOF)
  await grants.create(used.pushed, NO_PROOF)
  await grants.useRequest(used.pushed, used.started)
  await grants.createWithoutProof(sampleGrant().ticket)
  await grants.createWithoutProof(coded.ticket)
  await grants.issueCode(coded.ticket, coded.code)
  await grants.create(sampleGrant().tokens, NO_PROOF)
  await grants.create(sampleGrant().refreshed, NO_PROOF)
  await grants.create(sampleClientTokens(), NO_PROOF)
  await revocations.put(SERVICE, 'subject', CLIENT, addSeconds(START, 60))
  await proofs.useAssertion(SERVICE, CLIENT, 'jti', addSeconds(START, 60))
  await proofs.useProof(SERVICE, { jkt: 'jkt', jti: 'jti', expiresAt: addSeconds(START, 60) })
  const names = {
    thumbprint: 'T'.repeat(43) as Thumbprint,
    issued: { issuer: 'I'.repeat(43) as IssuerKey, serialNumber: '0a' as SerialNumber },
  }
  const times = { now: START, end: addSeconds(START, 60), staleAfterSeconds: 0, checkedFrom: 0 }
  await certificates.notes.write({ service: SERVICE, client: CLIENT, names, ...times })
  await certificates.revoke({
    ...{ service: SERVICE, named: names.issued, source: 'operator', reason: 'keyCompromise', clients: [] },
    ...{ revokedAt: START, now: START, notedFromStart: true },
  })
}

test('the number of the format is raised whenever what a data folder keeps has another form', async () => {
  const dataDirectory = join(await temporaryFolder(), 'data')
  const site = await startSite({ directory: join(dataDirectory, '..'), dataDirectory })
  onTestFinished(site.close)
  await fill(site)
  const tables = rawTables({ endpoint: site.dynamodbUrl, settings: site.runtime.settings })
  const items = await tables.everything()
  tables.close()
  const schemas = [Service, Client, ...Object.values(grant).filter((it) => it instanceof z.ZodMiniLazy)]
  const format = {
    kept: shapeOf(JSON.parse(await readFile(join(dataDirectory, 'kept.json'), 'utf8'))),
    items: shapeOf(items),
    members: schemas.map((schema) => z.toJSONSchema(schema, { unrepresentable: 'any' })),
    digest: digest('text'),
  }
  expect({ [DATA_FORMAT]: hash('sha256', JSON.stringify(format)) }).toEqual(DIGEST)
})
