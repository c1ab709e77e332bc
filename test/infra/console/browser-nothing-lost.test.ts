import type { Dialog, Page, Request } from 'playwright-core'
import { beforeEach, expect, test } from 'vitest'
import {
  browserOfFile,
  CHROMIUM,
  comesInSight,
  enter,
  focused,
  focusReaches,
  isInSight,
  leaveBy,
  nextPage,
  violations,
} from './browser.ts'
import { consoleSite, originOf } from './console-site.ts'
import { relayTo } from './web-api-relay.ts'

const { site, serviceId, credential, failures, open } = await consoleSite()
const relay = await relayTo(site.webApiUrl)
const time = { now: Date.now() }
const connection = { baseUrl: relay.baseUrl, credential }
const running = await open({ connection, clock: () => time.now })
const [{ clientId }] = site.seeded.clients
const { registry } = site.runtime.store
const newPage = browserOfFile(running.newLink)
const tokens = `/${serviceId}/clients/${clientId}/tokens-and-claims`
const general = `/${serviceId}/service/general`

const go = (page: Page, path: string) => page.goto(originOf(running) + path)
const clientNow = () => registry.findCurrentClient(Number(serviceId), clientId)
const first = await clientNow()
beforeEach(async () => {
  await registry.changeClient(Number(serviceId), Number(clientId), (record) => first ?? record)
})

const SWITCH = 'tlsClientCertificateBoundAccessTokens'
const DURATION = 'extension.accessTokenDuration'

async function withoutScript(page: Page): Promise<Page> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
  return page
}

/** Switches binding off and enters a duration that the Web API refuses. */
async function saveWrongly(page: Page): Promise<void> {
  await go(page, tokens)
  await page.getByRole('switch', { name: 'Enable TLS Client Certificate Binding' }).uncheck()
  await page.getByLabel('Access token duration').fill('-5')
}

test.each(CHROMIUM)(
  'after a refused save in %s the wrong field has the focus, each pending change is marked, and the bar with Save is visible and enabled',
  async () => {
    const page = await newPage()
    await saveWrongly(page)
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Nothing was saved.').waitFor()
    expect(await page.title()).toMatch(/^Error: /)
    const field = page.getByLabel('Access token duration')
    for (let round = 0; round < 2; round++) {
      await focusReaches(page, 'Access token duration')
      expect([await isInSight(field), await isInSight(page.locator('.bar'))]).toEqual([true, true])
      expect(await page.locator('.setting.changed code').first().textContent()).toBe(SWITCH)
      expect(await page.locator('.setting.changed').count()).toBe(2)
      expect(await page.locator('.bar tbody tr').allTextContents()).toEqual([
        `${SWITCH}truefalse`,
        `${DURATION}not set-5`,
      ])
      expect(await violations(page)).toEqual([])
      // The next save is refused too, because of another wrong value.
      await field.fill('-6')
      await field.fill('-5')
      await enter(page)
    }
    await field.fill('3600')
    await page.getByRole('switch').first().check()
    expect(await page.locator('.bar tbody tr').allTextContents()).toEqual([`${DURATION}not set3600`])
    await nextPage(page, field.press('Enter'))
    await page.getByText(`Saved: ${DURATION}`).waitFor()
    expect(await clientNow()).toMatchObject({ [SWITCH]: true, extension: { accessTokenDuration: 3600 } })
  },
)

test.each(CHROMIUM)(
  'without script a refused save in %s also shows focus, marks, the bar and Save',
  async () => {
    const page = await withoutScript(await newPage())
    await saveWrongly(page)
    await leaveBy(page.getByRole('button', { name: 'Review changes' }))
    await page.getByRole('heading', { name: '2 changes to save' }).waitFor()
    await comesInSight(page.locator('#curl summary'))
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Nothing was saved.').waitFor()
    const field = page.getByLabel('Access token duration')
    expect(await page.locator(':focus').getAttribute('name')).toBe(DURATION)
    expect([await isInSight(field), await isInSight(page.locator('.bar'))]).toEqual([true, true])
    expect(await page.locator('.setting.changed').count()).toBe(2)
    expect(await page.locator('.bar tbody tr').count()).toBe(2)
    await field.fill('60')
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText(`Saved: ${SWITCH}, ${DURATION}`).waitFor()
  },
)

test.each(CHROMIUM)(
  'in %s the command opens visibly in the bar with the focus, can be copied, and closes when a value changes',
  async () => {
    const page = await newPage()
    await go(page, tokens)
    await page.getByLabel('Access token duration').fill('60')
    await page.getByRole('button', { name: 'Show as curl' }).click()
    const summary = page.locator('#curl summary')
    await summary.waitFor()
    expect([await isInSight(summary), await focused(page)]).toEqual([true, await summary.innerText()])
    expect(await isInSight(page.getByRole('button', { name: 'Save' }))).toBe(true)
    expect(await violations(page)).toEqual([])
    const { origin } = new URL(page.url())
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    await page.locator('#curl').getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toMatch(
      /^curl 'http.*"accessTokenDuration": 60.*RECORD$/s,
    )
    await summary.press('Enter')
    expect(await page.locator('#curl pre').isVisible()).toBe(false)
    await page.getByLabel('Access token duration').fill('61')
    expect(await page.locator('#curl').count()).toBe(0)
    expect((await clientNow())?.extension).toBeUndefined()
  },
)

test.each(CHROMIUM)(
  '%s asks before it leaves unsaved work, and the theme changes without leaving the page',
  async () => {
    const page = await newPage()
    const asked: string[] = []
    let isLeft = false
    page.on('dialog', (dialog: Dialog) => {
      asked.push(dialog.type())
      return isLeft ? dialog.accept() : dialog.dismiss()
    })
    await go(page, tokens)
    await page.getByLabel('Access token duration').fill('60')
    await page.getByRole('button', { name: /^Theme/ }).click()
    await page.getByRole('button', { name: 'Theme: light. Change to dark' }).waitFor()
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
    await page.getByRole('link', { name: 'Overview' }).click()
    await expect.poll(() => asked).toEqual(['beforeunload'])
    expect(await page.getByLabel('Access token duration').inputValue()).toBe('60')
    // No work is unsaved now.
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.locator('.bar').waitFor({ state: 'hidden' })
    await leaveBy(page.getByRole('link', { name: 'Overview' }))
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(asked).toEqual(['beforeunload'])
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light')
    await go(page, `/${serviceId}/clients/create`)
    await page.getByLabel('Client name').fill('Typed')
    isLeft = true
    await leaveBy(page.getByRole('link', { name: 'Overview' }))
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    expect(asked.length).toBe(2)
    await page.goBack()
    expect(await page.getByLabel('Client name').inputValue()).toBe('Typed')
  },
)

test.each(CHROMIUM)(
  '%s notices that a session has ended before a form is sent, and the form can be saved after a new link in another tab',
  async () => {
    const page = await newPage()
    await go(page, tokens)
    await page.getByLabel('Access token duration').fill('60')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Save' }).press('Enter')
    const said = page.getByText('The session has ended. Nothing is lost')
    await said.waitFor()
    expect([await isInSight(said), await violations(page)]).toEqual([true, []])
    const other = await newPage()
    await other.getByRole('heading', { name: 'Overview' }).waitFor()
    await nextPage(page, page.getByRole('button', { name: 'Save' }).press('Enter'))
    await page.getByText(`Saved: ${DURATION}`).waitFor()
    expect((await clientNow())?.extension?.accessTokenDuration).toBe(60)
  },
)

test.each(CHROMIUM)(
  'without script a form that is sent too late in %s is still one page back, and can be saved after a new link',
  async () => {
    const page = await withoutScript(await newPage())
    await go(page, general)
    await page.getByLabel('Service name').fill('Typed too late')
    await page.context().clearCookies()
    await leaveBy(page.getByRole('button', { name: 'Review changes' }))
    await page.getByText('It is still in this tab').waitFor()
    expect(await page.content()).not.toContain('Typed too late')
    await newPage()
    await page.goBack()
    expect(await page.getByLabel('Service name').inputValue()).toBe('Typed too late')
    await leaveBy(page.getByRole('button', { name: 'Review changes' }))
    await leaveBy(page.getByRole('button', { name: 'Save' }))
    await page.getByText('Saved: serviceName').waitFor()
  },
)

test.each(CHROMIUM)(
  'a page of %s with unsaved work keeps its session for at most twelve hours; a page without does not',
  async () => {
    const page = await newPage()
    await page.clock.install()
    const kept: Request[] = []
    page.on('request', (request) => request.url().endsWith('/session') && kept.push(request))
    /** @returns whether the session still exists */
    const isKept = async (hours: number) => {
      for (let steps = 0; steps < hours * 12; steps++) {
        time.now += 5 * 60_000
        await page.clock.runFor(5 * 60_000)
        await Promise.all(kept.map((request) => request.response()))
      }
      return page.evaluate<boolean>(`fetch('/session').then(({ ok }) => ok)`)
    }
    await go(page, tokens)
    await page.clock.runFor(60 * 60_000)
    expect(kept).toEqual([])
    await page.getByLabel('Access token duration').fill('60')
    expect(await isKept(2)).toBe(true)
    expect(await isKept(11)).toBe(false)
    expect(await page.getByLabel('Access token duration').inputValue()).toBe('60')
  },
)

test.each(CHROMIUM)(
  'if the Web API does not answer, %s keeps the form on the page and can send it again',
  async () => {
    const page = await newPage()
    await go(page, tokens)
    await page.getByLabel('Access token duration').fill('60')
    relay.away = 'GET'
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('This page kept your input.').waitFor()
    expect(await violations(page)).toEqual([])
    relay.away = undefined
    await page.getByRole('button', { name: 'Send it again' }).click()
    await page.getByText(`Saved: ${DURATION}`).waitFor()
  },
)

test('no unexpected failure occurred', () => expect(failures).toEqual([]))
