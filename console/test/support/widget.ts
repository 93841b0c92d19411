// The page of a web widget and its preview, as somebody uses them in a browser.
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'

/** What `npm run build` made: the preview runs the real loader and frame. */
export const built_widget = join(import.meta.dirname, '..', '..', '..', 'widget', 'dist')

async function frameAt(page: Page, place: string): Promise<Frame> {
  for (;;) {
    const found = page.frames().find((frame) => frame.url().includes(`${place}?`) && !frame.isDetached())
    if (found) return found
    await page.waitForEvent('framenavigated')
  }
}

/** The website of the preview, and the chat on it. */
export async function openPreview(page: Page): Promise<{ sample: Frame; chat: Frame }> {
  const [sample, chat] = [await frameAt(page, '/sample'), await frameAt(page, '/frame')]
  await chat.locator('h1').waitFor()
  return { sample, chat }
}
