import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import { ROOT } from '../../../infra/root.ts'
import { browserOfFile, CHROMIUM, drop, leaveBy, nextPage, violations } from './browser.ts'
import { consoleSite, originOf } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const [{ clientId }] = site.seeded.clients
const { registry } = site.runtime.store

/** Every page with a URL. Add new pages here. */
const SERVICE =
  'general endpoints authorization scopes tokens-and-claims authentication keys certificates fapi credentials'
const CLIENT = 'general tokens-and-claims authentication certificates guide tokens certificates-in-use danger'
const PAGES = [
  ...['', '/clients', '/clients/create', '/tokens', '/changes', '/certificate', '/explain', '/reference'].map(
    (path) => `/${serviceId}${path}`,
  ),
  ...['/certificates', '/revocations', '/issuer-dates', '/certificate-lists', '/renewals'].map(
    (path) => `/${serviceId}${path}`,
  ),
  ...SERVICE.split(' ').map((slug) => `/${serviceId}/service/${slug}`),
  ...CLIENT.split(' ').map((slug) => `/${serviceId}/clients/${clientId}/${slug}`),
]

/** Without `LONG` only every third page is tried; `.ci/run` tries all of them. */
const TRIED = PAGES.filter((_, index) => process.env['LONG'] !== undefined || index % 3 === 0)

const newPage = browserOfFile(running.newLink)
const go = (page: Page, path: string) => page.goto(originOf(running) + path)

test.each(CHROMIUM)(
  'every page of the console passes axe, fits a phone and violates no content policy in %s',
  async () => {
    const page = await newPage()
    const problems: string[] = []
    page.on('console', (message) => problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('request', (request) => {
      if (!request.url().startsWith(originOf(running))) problems.push(request.url())
    })
    await page.setViewportSize({ width: 360, height: 740 })
    for (const [index, path] of TRIED.entries()) {
      // Only colors differ.
      await page.emulateMedia({ colorScheme: index % 2 === 0 ? 'light' : 'dark' })
      await go(page, path)
      expect([path, await violations(page)]).toEqual([path, []])
      expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 360])
      expect(await page.locator('h1').count()).toBe(1)
    }
    expect(problems).toEqual([])
    expect(failures).toEqual([])
  },
)

test.each(CHROMIUM)(
  'in %s a list of scopes grows while the user types, and NONE is the only method of a public client',
  async () => {
    const page = await newPage()
    await go(page, `/${serviceId}/service/scopes`)
    const names = page.getByRole('textbox', { name: 'name', exact: true })
    const before = await names.count()
    await names.last().fill('first:new')
    await names.last().fill('second:new')
    expect(await names.count()).toBe(before + 2)
    await page.getByRole('textbox', { name: 'attributes' }).nth(before).fill('access_token.duration=60')
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: supportedScopes').waitFor()
    const { supportedScopes } = (await registry.findCurrentService(Number(serviceId))) ?? {
      supportedScopes: [],
    }
    expect(supportedScopes.slice(-2)).toMatchObject([
      { name: 'first:new' },
      { name: 'second:new', attributes: [{ key: 'access_token.duration', value: '60' }] },
    ])
    await go(page, `/${serviceId}/clients/create`)
    const methods = page.locator('[name="tokenAuthMethod"]:visible')
    const values = () =>
      methods.evaluateAll((all: unknown[]) => all.map((one) => (one as { value: string }).value))
    expect(await values()).not.toContain('NONE')
    await page.getByLabel('Public:').check()
    expect([await values(), await methods.isChecked()]).toEqual([['NONE'], true])
  },
)

const SWITCH = 'tlsClientCertificateBoundAccessTokens'

test.each(CHROMIUM)(
  'in %s binding is turned on with the steps of Authlete’s article, and a stale save of a second window is refused',
  async () => {
    const off = { [SWITCH]: false }
    await registry.changeService(Number(serviceId), (record) => ({ ...record, ...off }))
    await registry.changeClient(Number(serviceId), Number(clientId), (record) => ({ ...record, ...off }))
    const page = await newPage()
    await leaveBy(page.getByRole('link', { name: 'Tokens and Claims' }).first())
    await turnOn(page)
    await page.getByText('Saved: tlsClientCertificateBoundAccessTokens').waitFor()
    expect(await registry.findCurrentService(Number(serviceId))).toMatchObject({ [SWITCH]: true })

    const path = `/${serviceId}/clients/${clientId}/tokens-and-claims`
    const second = await page.context().newPage()
    await leaveBy(page.getByRole('link', { name: 'Clients', exact: true }))
    await leaveBy(page.getByRole('link', { name: 'Public client' }))
    await leaveBy(page.getByRole('link', { name: 'Tokens and Claims' }).last())
    expect(new URL(page.url()).pathname).toBe(path)
    await go(second, path)
    expect(await page.getByText('tokens of this client are NOT bound').count()).toBe(1)
    await turnOn(page)
    await page.getByText('Saved: tlsClientCertificateBoundAccessTokens').waitFor()
    expect(await page.getByText('NOT bound').count()).toBe(0)

    await second.getByLabel('Access token duration').fill('60')
    await leaveBy(second.getByRole('button', { name: 'Save' }))
    await second.getByText('Somebody else changed this record').waitFor()
    expect(await violations(second)).toEqual([])
    const record = await registry.findCurrentClient(Number(serviceId), clientId)
    expect([record?.tlsClientCertificateBoundAccessTokens, record?.extension]).toEqual([true, undefined])
  },
) /** Turns binding on with the keyboard. */
async function turnOn(page: Page): Promise<void> {
  await page.getByRole('switch', { name: 'Enable TLS Client Certificate Binding' }).focus()
  await page.keyboard.press('Space')
  expect(await page.locator('.bar td').allTextContents()).toEqual([SWITCH, 'false', 'true'])
  await nextPage(page, page.getByRole('button', { name: 'Save' }).press('Enter'))
}

test.each(CHROMIUM)(
  'a client created from a dropped certificate in %s gets a token over mutual TLS, and a thief does not',
  async () => {
    const identity = site.identity('public-client')
    const page = await newPage()
    await go(page, `/${serviceId}/clients`)
    await page.getByLabel('Search by name, alias or ID').pressSequentially('confid')
    await page.getByText('1 client with').waitFor()
    await page.waitForURL(({ search }) => search === '?search=confid')
    await leaveBy(page.getByRole('link', { name: 'Create a client' }))
    await page.getByLabel('Client name').fill('Dropped')
    await drop(page, identity.cert ?? '', 'client.pem')
    await page.getByText('Must the trust store change?').first().waitFor()
    await page.getByLabel('Subject distinguished name').check()
    await page.getByLabel('CLIENT_CREDENTIALS').check()
    expect(await violations(page)).toEqual([])
    await leaveBy(page.getByRole('button', { name: 'Create the client' }))
    await page.getByRole('heading', { name: 'Client created' }).waitFor()
    expect(await violations(page)).toEqual([])
    const made = await page.locator('[aria-label="Copy the client ID"]').getAttribute('data-copy')
    const form = `grant_type=client_credentials&client_id=${made ?? ''}`
    const token = (from: typeof identity) => mutualTlsRequest(`${site.mtlsUrl}/token`, from, { form })
    const answer = await token(identity)
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('access_token')])
    expect((await token(site.identity('stranger'))).status).toBe(401)

    await leaveBy(page.getByRole('link', { name: 'Open the client' }))
    await leaveBy(page.getByRole('link', { name: 'Danger' }))
    await page.getByLabel('Type Dropped to confirm').last().fill('Droppe')
    await leaveBy(page.getByRole('button', { name: 'Delete the client' }))
    await page.getByText('Your input is not Dropped.').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByLabel('Type Dropped to confirm').last().fill('Dropped')
    await leaveBy(page.getByRole('button', { name: 'Delete the client' }))
    await page.getByText('Deleted the client Dropped').waitFor()
    expect((await token(identity)).status).toBe(401)
  },
)

test.each(CHROMIUM)(
  'other sites on this machine get neither a session nor a page of the console in %s',
  async () => {
    const page = await newPage()
    const name = await registry.findCurrentService(Number(serviceId))
    const origin = originOf(running)
    // Another server on this machine, with the most common name.
    const form = `<form method="post" action="${origin}/${serviceId}/service/general"><input name="serviceName" value="Taken"><button>Go</button></form>`
    await page.route('http://localhost:9/', (route) =>
      route.fulfill({ contentType: 'text/html', body: form }),
    )
    await page.goto('http://localhost:9/')
    expect(await page.evaluate('document.cookie')).not.toContain('certbound-console')
    const read = (url: string) =>
      page.evaluate<string>(
        `fetch(${JSON.stringify(url)}, { credentials: 'include' }).then((a) => a.text(), String)`,
      )
    expect(await read(`${origin}/${serviceId}`)).toMatch(/Failed to fetch/)
    // A form of another site is sent with neither the cookie nor the origin.
    await leaveBy(page.getByRole('button', { name: 'Go' }))
    await page.getByRole('heading', { name: 'No session' }).waitFor()
    expect(await registry.findCurrentService(Number(serviceId))).toEqual(name)
    // The session has not changed.
    await go(page, `/${serviceId}/service/general`)
    await page.getByRole('heading', { name: 'General' }).waitFor()
    expect(await page.title()).not.toContain('link')
  },
)

test.each(CHROMIUM)('an injected script does not run in %s', async () => {
  const page = await newPage()
  const refused: string[] = []
  page.on('console', (message) => refused.push(message.text()))
  await go(page, `/${serviceId}`)
  await page.evaluate(`{
      const inline = document.createElement('script')
      inline.textContent = 'globalThis.taken = 1'
      document.body.append(inline)
      document.body.insertAdjacentHTML('beforeend', '<img src="/x" onerror="globalThis.taken = 2"><style>body{color:red}</style>')
    }`)
  await expect
    .poll(() => refused.filter((text) => text.includes('Content Security Policy')).length)
    .toBeGreaterThan(1)
  expect(await page.evaluate('globalThis.taken')).toBeUndefined()
})

test('all scripts of the console together are smaller than 100 KB', () => {
  const folder = join(ROOT, 'infra/console/assets')
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  const bytes = scripts.map((name) => statSync(join(folder, name)).size)
  expect(scripts).toContain('settings.js')
  expect(bytes.reduce((sum, size) => sum + size)).toBeLessThan(100_000)
})
