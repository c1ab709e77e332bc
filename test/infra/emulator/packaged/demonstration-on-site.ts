import { expect, test } from 'vitest'
import { demonstration } from '../../../../infra/emulator/demo-steps.ts'
import { walkArticle } from '../../../../infra/emulator/demo-walk.ts'
import { mutualTlsRequest } from '../../../../infra/emulator/mutual-tls-request.ts'
import { CLIENT_CERTIFICATES, STRANGER } from '../../../../infra/emulator/site.ts'
import { tokenForm } from '../../examples/authorization-server/local-site.ts'
import type { PackagedSite } from './packaged-site.ts'

export function demonstrationOnSite(site: () => PackagedSite): void {
  test('an authorization server and a resource server in front of the Web API get bound tokens to work', async () => {
    const { frontEnd, identity } = site()
    const ask = (url: string, name: string, more: object) => mutualTlsRequest(url, identity(name), more)
    const form = await tokenForm(site())
    const issued = await ask(`${frontEnd.frontEndMtlsUrl}/token`, CLIENT_CERTIFICATES.PUBLIC, { form })
    expect(issued.status).toBe(200)
    const { access_token } = JSON.parse(issued.text) as { access_token: string }
    const headers = { authorization: `Bearer ${access_token}` }
    const statuses = [CLIENT_CERTIFICATES.PUBLIC, STRANGER].map(
      async (name) => (await ask(`${frontEnd.resourceServerUrl}/accounts`, name, { headers })).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 401])
  })

  test("walks the article's flow from end to end", async () => {
    const lines: string[] = []
    const demo = demonstration((line) => lines.push(line))
    await walkArticle({ site: site(), demo })
    expect(lines.filter((line) => line.includes('NOT '))).toEqual([])
    expect([demo.failures(), demo.steps()]).toEqual([0, 26])
  })
}
