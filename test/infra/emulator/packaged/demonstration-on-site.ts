import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coldStarts } from '../../../../infra/bench/cold-start.ts'
import { measureAgainst } from '../../../../infra/bench/warm.ts'
import { demonstration } from '../../../../infra/emulator/demo-steps.ts'
import { walkArticle } from '../../../../infra/emulator/demo-walk.ts'
import { mutualTlsRequest } from '../../../../infra/connections/mutual-tls-request.ts'
import { CLIENT_CERTIFICATES, type ClientCertificate } from '../../../../infra/emulator/site/seed.ts'
import { zip } from '../../../../infra/package/zip.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { tokenForm } from '../../examples/authorization-server/local-site.ts'
import type { PackagedSite } from './packaged-site.ts'
import { partOfPackage } from './part-of-package.ts'

export function demonstrationOnSite(site: () => PackagedSite): void {
  test('a bound token works at a resource server in front of the packaged functions, and not for a stranger', async () => {
    const { examples, identity } = site()
    const ask = (url: string, name: ClientCertificate, more: object) =>
      mutualTlsRequest(url, identity(name), more)
    const form = await tokenForm(site())
    const issued = await ask(`${examples.frontEndMtlsUrl}/token`, CLIENT_CERTIFICATES.PUBLIC, { form })
    expect(issued.status).toBe(200)
    const { access_token } = JSON.parse(issued.text) as { access_token: string }
    const headers = { authorization: `Bearer ${access_token}` }
    const statuses = [CLIENT_CERTIFICATES.PUBLIC, CLIENT_CERTIFICATES.STRANGER].map(
      async (name) => (await ask(`${examples.resourceServerUrl}/accounts`, name, { headers })).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 401])
  })

  test('bench --cold-start measures the packaged functions, and a handler that does nothing', async () => {
    const packaged = await partOfPackage(site().packaged)
    const [, , , , ...rows] = await coldStarts(packaged, 1, true)
    expect(rows.map((row) => row.split('  ')[0])).toEqual([
      ...['a handler that does nothing', 'a handler with a put', 'a handler with a batch get'],
      ...['certbound-dev-authorizer', 'certbound-dev-discovery'],
    ])
    for (const row of rows) expect(row).toMatch(/(\s+[\d.]+){6}$/)
  })

  test('bench --cold-start names a packaged function that answers wrongly', async () => {
    const packaged = await partOfPackage(site().packaged)
    const archives = await temporaryFolder()
    const module = Buffer.from('export const handler = async () => ({ isAuthorized: false })')
    for (const name of ['authorizer', 'discovery']) {
      await writeFile(join(archives, `${name}.zip`), zip(new Map([['index.mjs', module]])))
    }
    await expect(coldStarts({ ...packaged, archives }, 1, true)).rejects.toThrow(
      'certbound-dev-authorizer failed: it answered {"isAuthorized":false}',
    )
  })

  test('bench --against measures the packaged functions of two builds', async () => {
    const packaged = await partOfPackage(site().packaged)
    const plan = { rounds: 6, requests: 2, warmUp: 1, keys: 1, withTls: true }
    const [, , , ...rows] = await measureAgainst(packaged, { ...packaged, name: 'other' }, plan)
    const [authorizer, discovery, ...end] = rows
    expect([authorizer, discovery]).toEqual([
      expect.stringMatching(/^authorizer( +[\d.]+){3} +[\d.]+-[\d.]+/),
      expect.stringMatching(/^discovery( +[\d.]+){3} +[\d.]+-[\d.]+/),
    ])
    expect(end.join('')).toContain('above 1.03')
  })

  test("the packaged functions answer the article's flow as they must, from end to end", async () => {
    const lines: string[] = []
    const demo = demonstration((line) => lines.push(line))
    await walkArticle({ site: site(), demo })
    expect(lines.filter((line) => line.includes('NOT '))).toEqual([])
    expect([demo.failures(), demo.steps()]).toEqual([0, 27])
  })
}
