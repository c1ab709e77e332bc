import { expect, test } from 'vitest'
import { SCHEMAS } from '../../../infra/console/settings/schemas.ts'
import { issuerPem } from '../../support/issuer-vectors.ts'
import { consoleSite, filler, logIn } from './console-site.ts'

const { site, serviceId, open } = await consoleSite()
const { send } = await logIn(await open())
const fill = filler(send)

test('the form offers each method of the Web API with its needs, and the style sheet shows the parts for them', async () => {
  const text = (await send({ path: `/${serviceId}/clients/create` })).text.replaceAll(/\s+/g, ' ')
  const offered = [...text.matchAll(/value="(\w+)" data-needs="(\w+)"/g)].map(([, ...both]) => both)
  const { enum: methods } = SCHEMAS['ClientSettings']?.properties?.['tokenAuthMethod'] ?? {}
  expect(offered.map(([name]) => name).sort()).toEqual([...(methods ?? [])].sort())
  const parts = [...text.matchAll(/data-for="([\w ]+)"/g)].flatMap(([, needs = '']) => needs.split(' '))
  const { text: style } = await send({ path: '/assets/console.css' })
  const shown = [...style.matchAll(/\[data-needs='(\w+)'\]:checked\) \[data-for~='\1'\]/g)].map(
    ([, one]) => one,
  )
  expect(shown.sort()).toEqual([...new Set(parts)].sort())
  expect(offered.map(([, needs]) => needs)).toEqual(expect.arrayContaining(shown))
})

test('a certificate that the service would refuse is a warning before it is registered', async () => {
  const warning = 'This certificate is not made for clients.'
  const read = async (certificate: string) => {
    const fields = { certificate, tokenAuthMethod: 'TLS_CLIENT_AUTH' }
    return (await fill(`/${serviceId}/clients/create`, fields, 'read')).answer.text
  }
  expect(await read(issuerPem('usage-server'))).toContain(warning)
  expect(await read(issuerPem('usage-both'))).not.toContain(warning)
})

test('the issuers of a client are kept by the save of another page, and only its own page removes them', async () => {
  const [{ clientId }] = site.seeded.clients
  const client = `/${serviceId}/clients/${clientId}`
  const issuers = async () =>
    (await site.runtime.store.registry.findCurrentClient(Number(serviceId), clientId))
      ?.clientCertificateIssuers
  const pem = issuerPem('root-a')
  await fill(`${client}/authentication`, {
    'clientCertificateIssuers?': 'on',
    clientCertificateIssuers: pem,
  })
  await fill(`${client}/general`, { clientName: 'Renamed' })
  expect((await issuers())?.map((text) => text.trim())).toEqual([pem.trim()])
  await fill(`${client}/authentication`, { 'clientCertificateIssuers?': undefined })
  expect(await issuers()).toBeUndefined()
})
