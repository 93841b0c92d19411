// A real Chromium, and pages that are signed in.
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { signInTexts } from '../../src/sign-in/texts.ts'

const executable = process.env['PARLEY_TEST_CHROMIUM'] ?? '/usr/bin/chromium'

/** Playwright gives it an empty profile. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface OpenPage extends AsyncDisposable {
  page: Page
  /** What the page has complained of: errors, and whatever its policy has stopped. */
  faults: string[]
}

/** Of a browser that has never been here. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  // Of all its pages.
  context.setDefaultTimeout(40_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    // A refusal of the API, and a server that is away, are told by the browser too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text())
  })
  return { page, faults, [Symbol.asyncDispose]: () => context.close() }
}

export async function signIn(
  page: Page,
  server: { url: string; admin_key: string },
  path = '/',
  token = server.admin_key,
): Promise<void> {
  await page.goto(server.url + path)
  await page.getByLabel('API key', { exact: true }).fill(token)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}

export const themes = ['light', 'dark'] as const

/** As a member, with their password. */
export async function signInAs(
  page: Page,
  server: { url: string },
  email: string,
  password: string,
  path = '/',
): Promise<void> {
  await page.goto(server.url + path)
  await page.getByRole('button', { name: signInTexts.ways.password }).click()
  await page.getByLabel(signInTexts.email).fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}
