import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'

/** On a machine without Debian's Chromium, the tests in it are left out with a warning. */
export const CHROMIUM = ['/usr/bin/chromium'].filter((file) => existsSync(file))
if (CHROMIUM.length === 0) console.warn('no chromium here: the tests in a browser are left out')

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Starts one browser for all tests of a file. @returns a function that opens a new page at a URL, for example a new link of the console */
export function browserOfFile(url: () => string): () => Promise<Page> {
  let browser: BrowserContext | undefined
  let profile = ''
  beforeAll(async () => {
    const [executablePath] = CHROMIUM
    if (executablePath === undefined) return
    profile = await mkdtemp(join(tmpdir(), 'certbound-chromium-'))
    browser = await chromium.launchPersistentContext(profile, { executablePath, args: FLAGS })
  })
  afterAll(async () => {
    if (browser === undefined) return
    await browser.close()
    // Processes of the browser may still write into the folder for a moment.
    await rm(profile, { recursive: true, maxRetries: 5 })
  })

  return async () => {
    if (browser === undefined) throw new Error('there is no browser')
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    page.setDefaultTimeout(30_000)
    await page.goto(url())
    return page
  }
}

/** The violations that axe finds in a page. */
export async function violations(page: Page) {
  // The debugger evaluates the script, which content policies do not prevent.
  await page.evaluate(axe)
  const { violations: found } = await page.evaluate<AxeResults>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })`,
  )
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Drops a file on the certificate field of a page, or on that of a setting. */
export async function drop(page: Page, content: string | Buffer, name: string, setting?: string) {
  const bytes = JSON.stringify([...Buffer.from(content)])
  const dataTransfer = await page.evaluateHandle(
    `{ const all = new DataTransfer(); all.items.add(new File([Uint8Array.from(${bytes})], '${name}')); all }`,
  )
  const field = setting === undefined ? '[data-certificate]' : `[data-certificate="${setting}"]`
  await page.dispatchEvent(field, 'drop', { dataTransfer })
}

/** Whether an element (or its upper part, if it is large) is in the window and not behind the bar of changes. */
export async function isInSight(element: Locator): Promise<boolean> {
  const page = element.page()
  const box = await element.boundingBox()
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  if (box === null) return false
  const bottom = box.y + Math.min(box.height, 64)
  const isInWindow = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && bottom <= height
  const bar = page.locator('.bar:visible')
  const top = (await bar.count()) === 0 ? undefined : (await bar.boundingBox())?.y
  const isOfBar = (await bar.and(element).count()) + (await bar.locator(element).count()) > 0
  return isInWindow && (top === undefined || isOfBar || bottom <= top)
}

/**
 * Waits until an action has led to the next page, and that page has loaded its scripts. A text does not show that:
 * the page before may have it too.
 */
export async function nextPage(page: Page, action: Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), action])
}

/** Presses Enter, and waits for the next page. */
export const enter = (page: Page) => nextPage(page, page.keyboard.press('Enter'))

/** Clicks a link or a button, and waits for the next page. */
export const leaveBy = (control: Locator) => nextPage(control.page(), control.click())

/** Waits until the focus is on an element with this label or text: a browser moves the focus after a page has loaded. */
export const focusReaches = (page: Page, text: string) => expect.poll(() => focused(page)).toContain(text)

/** Waits until an element is in sight: a page scrolls to its focus. */
export const comesInSight = (element: Locator) =>
  expect.poll(() => isInSight(element), { message: element.toString() }).toBe(true)

const FOCUSED = `{
  const one = document.activeElement
  const label = one.labels?.[0] ?? document.getElementById(one.getAttribute('aria-labelledby')) ?? one
  ;(one.ariaLabel ?? label.innerText).trim().replaceAll(/\\s+/g, ' ')
}`

/** The label or text of the focused element. */
export const focused = (page: Page) => page.evaluate<string>(FOCUSED)

/** Presses Tab until an element has the focus. It must be visible then. */
export async function tabTo(page: Page, name: string, most = 60): Promise<void> {
  const passed: string[] = []
  for (let presses = 0; presses < most; presses++) {
    await page.keyboard.press('Tab')
    passed.push(await focused(page))
    if (passed.at(-1)?.startsWith(name) !== true) continue
    expect([name, await isInSight(page.locator(':focus'))]).toEqual([name, true])
    return
  }
  throw new Error(`the keyboard does not reach ${name}, but ${passed.join(', ')}`)
}
