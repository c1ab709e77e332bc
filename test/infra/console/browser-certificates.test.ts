import { expect, test } from 'vitest'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import { certificateFacts } from '../../../infra/console/pages/certificate/facts.ts'
import { addClient } from '../../../infra/emulator/site/seed.ts'
import type { Der } from '../../../shared/certificate/pem.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { element } from '../../support/built-certificate.ts'
import { alternativeNames, authority, issued, type Party, pemOf } from '../../support/certificate-chain.ts'
import {
  browserOfFile,
  CHROMIUM,
  comesInSight,
  drop,
  enter,
  focusReaches,
  leaveBy,
  nextPage,
  tabTo,
  violations,
} from './browser.ts'
import { consoleSite, filler, logIn, originOf } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const newPage = browserOfFile(running.newLink)
const { registry } = site.runtime.store
const PHONE = { width: 375, height: 800 }

/** SignedData that contains only certificates (RFC 5652). */
function pkcs7(...all: readonly Der[]): Buffer {
  const [data, signed] = ['01', '02'].map((last) => Buffer.from(`06092a864886f70d0107${last}`, 'hex'))
  const [version, none] = [Buffer.from('020101', 'hex'), Buffer.from('3100', 'hex')]
  const parts = [version, none, element(0x30, data ?? ''), element(0xa0, ...all), none]
  return element(0x30, signed ?? '', element(0xa0, element(0x30, ...parts)))
}

const root = await authority('Root')
const middle = await authority('Middle', root)
const names = [alternativeNames(element(0x82, 'one.example'), element(0x82, 'two.example'))]
const leaf = await issued('Leaf', middle, { extensions: names })
const [old, renewed] = [await issued('Old', undefined, {}), await issued('Renewed', undefined, {})]

const client = (settings: object) =>
  addClient(site.runtime, Number(serviceId), {
    ...{ clientType: 'CONFIDENTIAL', grantTypes: ['CLIENT_CREDENTIALS'] },
    ...settings,
  })
const jwkOf = ({ der, publicKey }: Party) => ({
  ...publicKey.export({ format: 'jwk' }),
  ...{ kid: thumbprint(der), x5c: [der.toString('base64')] },
})
const { client: selfSigned } = await client({
  ...{ clientName: 'Self', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
  jwks: JSON.stringify({ keys: [jwkOf(old)] }),
})
const { client: named } = await client({
  ...{ clientName: 'Named', tokenAuthMethod: 'TLS_CLIENT_AUTH', tlsClientAuthSubjectDn: 'CN=Before' },
})
const recordOf = (id: number | string) => registry.findCurrentClient(Number(serviceId), String(id))
const kids = async () => (await recordOf(selfSigned.clientId))?.jwks?.keys.map(({ kid }) => kid)

test.each(CHROMIUM)(
  'in %s a dropped certificate is added beside the old one of a client, in sight before it is saved, and the old one is taken out by keyboard',
  async () => {
    const page = await newPage()
    await page.setViewportSize(PHONE)
    await page.goto(`${originOf(running)}/${serviceId}/clients/${selfSigned.clientId}/certificates`)
    await nextPage(page, drop(page, renewed.der, 'renewed.der', 'jwks'))
    await comesInSight(page.locator('.registered').getByText('CN=Renewed').first())
    expect(await page.getByRole('heading', { name: 'Must the trust store change?' }).count()).toBe(1)
    expect([await violations(page), await page.evaluate('document.documentElement.scrollWidth')]).toEqual([
      [],
      PHONE.width,
    ])
    expect(await kids()).toEqual([thumbprint(old.der)])
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: jwks').waitFor()
    expect(await kids()).toEqual([thumbprint(old.der), thumbprint(renewed.der)])

    await tabTo(page, 'Remove CN=Old')
    await page.keyboard.press('Space')
    expect(await page.locator('.bar td').last().innerText()).toContain('without CN=Old')
    await tabTo(page, 'Save')
    await enter(page)
    await page.getByText('Saved: jwks').waitFor()
    expect(await kids()).toEqual([thumbprint(renewed.der)])
  },
)

test.each(CHROMIUM)(
  'in %s a dropped chain gives the names of its leaf to a client that is registered by another, and the chosen one is saved',
  async () => {
    const page = await newPage()
    await page.goto(`${originOf(running)}/${serviceId}/clients/${named.clientId}/authentication`)
    await page.getByText('Read the name from a certificate').click()
    await nextPage(page, drop(page, [root, leaf, middle].map(pemOf).join(''), 'chain.pem'))
    await focusReaches(page, 'Content of the certificate')
    await comesInSight(page.getByText('The others are left out: CN=Root CN=Middle'))
    expect(await violations(page)).toEqual([])
    await nextPage(page, page.getByLabel('two.example').check())
    expect(await page.locator('.bar').getByText('two.example').count()).toBe(1)
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: tlsClientAuthSubjectDn, tlsClientAuthSanDns').waitFor()
    const record = await recordOf(named.clientId)
    expect([record?.tlsClientAuthSubjectDn, record?.tlsClientAuthSanDns]).toEqual([undefined, 'two.example'])

    // Enter saves, and does not press the button that reads.
    await page.locator('[name="tlsClientAuthSanDns"]').fill('three.example')
    await enter(page)
    expect(await page.getByText('Saved: tlsClientAuthSanDns').count()).toBe(1)
  },
)

test.each(CHROMIUM)(
  'in %s the members of a dropped PKCS #7 file become trusted roots, each in sight with its end, and one that is not an authority is marked',
  async () => {
    const page = await newPage()
    await page.goto(`${originOf(running)}/${serviceId}/service/certificates`)
    const file = pkcs7(root.der, leaf.der)
    await nextPage(page, drop(page, file, 'roots.p7b', 'trustedRootCertificates'))
    const list = page.locator('[data-member="trustedRootCertificates"] .registered').first()
    await comesInSight(list)
    expect(
      (await list.getByRole('listitem').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')),
    ).toEqual([
      expect.stringMatching(/^CN=Root, expires 31 Dec 2049/),
      expect.stringMatching(/^CN=Leaf, expires .* This certificate does not belong to an authority\./),
    ])
    expect(await violations(page)).toEqual([])
    await list.getByLabel('Remove CN=Leaf').check()
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: trustedRootCertificates').waitFor()
    // A list that is not set yet is set by a drop.
    await nextPage(page, drop(page, middle.der, 'middle.crt', 'clientCertificateIssuers'))
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: clientCertificateIssuers').waitFor()
    const saved = await registry.findCurrentService(Number(serviceId))
    expect(saved?.trustedRootCertificates.map((pem) => pem.trim())).toEqual([pemOf(root).trim()])
    expect(saved?.clientCertificateIssuers?.map((pem) => pem.trim())).toEqual([pemOf(middle).trim()])
    await registry.changeService(Number(serviceId), ({ clientCertificateIssuers: _, ...rest }) => rest)
  },
)

test('without script a certificate is pasted below the keys or roots, and an unreadable one changes nothing', async () => {
  const { send } = await logIn(running)
  const fill = filler(send)
  const path = `/${serviceId}/clients/${selfSigned.clientId}/certificates`
  const before = await kids()
  const jwks = (await send({ path })).text
  expect(jwks).toContain('Remove')
  const set = JSON.stringify({ keys: [jwkOf(renewed)] })
  const twice = await fill(path, { jwks: `${set}\n${pemOf(renewed)}` })
  expect([twice.answer.status, twice.answer.text]).toEqual([
    400,
    expect.stringContaining('in the set already'),
  ])
  const two = await fill(path, { jwks: `${set}\n${pemOf(old)}${pemOf(leaf)}` })
  expect([two.answer.status, two.answer.text]).toEqual([400, expect.stringContaining('several holders')])
  expect(await kids()).toEqual(before)
  expect((await fill(path, { jwks: `${set}\n${pkcs7(old.der).toString('base64')}` })).answer.status).toBe(303)
  expect(await kids()).toEqual([thumbprint(renewed.der), thumbprint(old.der)])
  const certificates = `/${serviceId}/service/certificates`
  const pasted = `# Two roots\n${pemOf(root)}\n# and\n${pkcs7(middle.der).toString('base64')}`
  expect((await fill(certificates, { trustedRootCertificates: pasted })).answer.status).toBe(303)
  const { trustedRootCertificates } = (await registry.findCurrentService(Number(serviceId))) ?? {}
  expect(trustedRootCertificates?.map((pem) => pem.trim())).toEqual(
    [root, middle].map((one) => pemOf(one).trim()),
  )
  const damaged = pemOf(root).replace('-----BEGIN CERTIFICATE-----', '')
  expect((await fill(certificates, { trustedRootCertificates: damaged })).answer.status).toBe(400)
})

test('the reader shows the leaf of a chain, and each other certificate of the file by one click', async () => {
  const { send, csrf } = await logIn(running)
  const path = `/${serviceId}/certificate`
  const certificate = [middle, leaf, root].map(pemOf).join('')
  const { text } = await send({ path, form: { csrf, certificate, step: 'read' } })
  expect(text).toContain(thumbprint(leaf.der))
  const others = [...text.matchAll(/<button name="certificate" value="([^"]*)">([^<]*)</g)]
  expect(others.map(([, , subject]) => subject?.trim())).toEqual(['CN=Middle', 'CN=Root'])
  const next = await send({ path, form: { csrf, certificate: others[1]?.[1] ?? '', step: 'read' } })
  expect(next.text).toContain(thumbprint(root.der))
})

test.each(CHROMIUM)(
  'in %s one button sets all that FAPI 2.0 requires, and afterwards the clients that it names, and no other, are refused',
  async () => {
    const identity = site.identity('public-client')
    const facts = await certificateFacts(identity.cert ?? '')
    const subject = 'details' in facts ? facts.details?.subject : undefined
    const byName = { tokenAuthMethod: 'TLS_CLIENT_AUTH', tlsClientAuthSubjectDn: subject }
    const { client: unbound } = await client({
      ...byName,
      clientName: 'Unbound',
      tlsClientCertificateBoundAccessTokens: false,
    })
    const { client: kept } = await client({
      ...byName,
      clientName: 'Kept',
      tlsClientCertificateBoundAccessTokens: true,
    })
    const tokenOf = (id: number | string) => {
      const form = `grant_type=client_credentials&client_id=${id}`
      return mutualTlsRequest(`${site.mtlsUrl}/token`, identity, { form })
    }
    expect((await tokenOf(unbound.clientId)).status).toBe(200)
    const page = await newPage()
    await page.setViewportSize(PHONE)
    const path = `${originOf(running)}/${serviceId}/service/fapi`
    await page.goto(path)
    await page.getByRole('link', { name: 'Set all of them, and the switch' }).focus()
    await enter(page)
    const warning = page.getByRole('alert')
    await comesInSight(warning)
    expect(await violations(page)).toEqual([])
    const refused = await warning.getByRole('link').allInnerTexts()
    expect(await warning.innerText()).toContain(`${refused.length} clients will be refused`)
    await tabTo(page, 'Save')
    await enter(page)
    await page.getByText('Saved: fapi2').waitFor()
    expect(await registry.findCurrentService(Number(serviceId))).toMatchObject({
      fapi2: true,
      pkceRequired: true,
    })
    expect([page.url(), await page.getByText('These settings violate').count()]).toEqual([path, 0])

    const all = await registry.listClients(Number(serviceId))
    expect(refused.length).toBeGreaterThan(1)
    expect(all.length).toBeGreaterThan(refused.length)
    const service = (await registry.findCurrentService(Number(serviceId))) ?? never()
    for (const one of all) {
      const isRefused = settingsOf(service, one).violations.length > 0
      expect([one.clientName, refused.includes(one.clientName ?? '')]).toEqual([one.clientName, isRefused])
    }
    expect([await tokenOf(kept.clientId), await tokenOf(unbound.clientId)]).toMatchObject([
      { status: 200 },
      { status: 401 },
    ])
  },
)

function never(): never {
  throw new Error('the site has no such record')
}

test('no unexpected failure occurred', () => expect(failures).toEqual([]))
