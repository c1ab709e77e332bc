import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { browserOfFile, CHROMIUM, drop, focusReaches, leaveBy, nextPage, violations } from './browser.ts'
import { consoleSite, originOf } from './console-site.ts'
import { holderAndThief, tokenOverMutualTls } from './real-tokens.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const newPage = browserOfFile(running.newLink)

test.each(CHROMIUM)(
  'the explainer in %s shows that the holder of a token is accepted and a thief refused, and the token stays in the page',
  async () => {
    const token = await tokenOverMutualTls(site, 'accounts:read')
    const { holder, thief } = holderAndThief(site)
    const page = await newPage()
    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))
    await leaveBy(page.getByRole('link', { name: 'Decision explainer' }))
    await page.getByLabel('Access token').fill(`Bearer ${token}`)
    await page.getByLabel('Scopes').fill('accounts:read')
    await page.getByLabel('Certificate of the presenter').fill(holder)
    await leaveBy(page.getByRole('button', { name: 'Explain' }))
    await page.locator('.verdict.accepted').waitFor()
    const outcomes = () => page.locator('.steps td:nth-child(2)').allTextContents()
    expect((await outcomes()).slice(0, 3)).toEqual(['yes', 'yes', 'yes'])
    expect(await outcomes()).not.toContain('NO')
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await violations(page)).toEqual([])

    await page.getByLabel('Certificate of the presenter').fill('')
    await drop(page, thief, 'thief.pem')
    await page.getByText('Read: thief.pem').waitFor()
    await nextPage(page, page.getByLabel('Scopes').press('Enter'))
    await page.locator('.verdict.refused').waitFor()
    const decided = page.locator('tr.decided')
    expect(await decided.count()).toBe(1)
    expect(await decided.textContent()).toMatch(/binding.*NO.*certificate-differs\s+A065305/s)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await violations(page)).toEqual([])
    expect(await page.locator('pre').textContent()).not.toContain(token)
    await page.getByText('As a curl command').click()
    await leaveBy(page.getByRole('button', { name: 'Show it with these values' }))
    await page.getByText('It contains the token and the certificate').waitFor()
    expect(await page.locator('pre').textContent()).toContain(token)

    const names =
      '[location.href, document.title, JSON.stringify(history.state), document.cookie, document.referrer]'
    const left = [...addresses, ...(await page.evaluate<string[]>(names)), ...failures].join()
    expect([left.includes(token), left.includes('CERTIFICATE')]).toEqual([false, false])
  },
)

test.each(CHROMIUM)(
  'a dropped certificate is read in %s, a dropped private key is removed, and a token is revoked after a confirmation',
  async () => {
    const token = await tokenOverMutualTls(site)
    const { holder } = holderAndThief(site)
    const page = await newPage()
    await page.emulateMedia({ colorScheme: 'dark' })
    await leaveBy(page.getByRole('link', { name: 'Certificate reader' }))
    await drop(page, '-----BEGIN PRIVATE KEY-----', 'key.pem')
    await page.getByText('This is a private key. It was removed.').waitFor()
    expect(await page.locator('#certificate').inputValue()).toBe('')
    await drop(page, holder, 'client.pem')
    await page.getByText('Read: client.pem').waitFor()
    await leaveBy(page.getByRole('button', { name: 'Read' }))
    await page.getByText('CN=confidential-client,O=Certbound Development').first().waitFor()
    await leaveBy(page.getByRole('button', { name: 'Find the clients' }))
    await page.getByText('There are no more.').waitFor()
    expect(await violations(page)).toEqual([])

    await page.emulateMedia({ colorScheme: 'light' })
    await page.goto(`${originOf(running)}/${serviceId}/clients/${site.seeded.clients[1].clientId}/tokens`)
    expect(await violations(page)).toEqual([])
    const revoke = page.getByRole('button', { name: /^Revoke token/ })
    const before = await revoke.count()
    await leaveBy(revoke.first())
    await page.getByText('and its refresh token are revoked').waitFor()
    expect(await violations(page)).toEqual([])
    await leaveBy(page.getByRole('button', { name: 'Revoke the token' }))
    await page.getByText('Revoked: 1 grant has ended').waitFor()
    expect(await revoke.count()).toBe(before - 1)
    expect(await page.content()).not.toContain(token)
  },
)

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const JWKS = JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] })

test.each(CHROMIUM)(
  'a private key that is pasted into %s is removed, and no form that contains one is sent',
  async () => {
    const page = await newPage()
    const fields: [string, string, string][] = [
      [`/${serviceId}/service/certificates`, 'Trusted root certificates', PEM],
      [`/${serviceId}/clients/${site.seeded.clients[0].clientId}/certificates`, 'JWK Set', JWKS],
      [`/${serviceId}/clients/${site.seeded.clients[0].clientId}/general`, 'Redirect URIs', PEM],
      [`/${serviceId}/certificate`, 'Certificate or chain', PEM],
    ]
    for (const [path, label, key] of fields) {
      await page.goto(originOf(running) + path)
      const area = page.getByLabel(label).first()
      const before = await area.inputValue()
      await area.focus()
      await page.keyboard.insertText(key)
      await page.getByText('This is a private key, so it was removed').waitFor()
      expect([label, await area.inputValue()]).toEqual([label, before])
      // Another script could still insert it.
      const put = (one: unknown, value: string) => void ((one as { value: string }).value = value)
      await area.evaluate(put, key)
      await area.dispatchEvent('input')
      const posts: string[] = []
      page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()))
      await page.locator('main form button[name="step"]:visible').last().click()
      await focusReaches(page, label)
      expect([label, posts]).toEqual([label, []])
      await area.fill(before)
    }
    expect(failures).toEqual([])
  },
)
