// The page of a web widget and its preview, as somebody uses them in a browser.
import { join } from 'node:path'
import type { Frame, Page } from 'playwright-core'
import { expect } from 'vitest'

/** What `npm run build` made: the preview runs the real loader and frame. */
export const built_widget = join(import.meta.dirname, '..', '..', '..', 'widget', 'dist')

async function frameAt(page: Page, place: string): Promise<Frame> {
  const find = () => page.frames().find((frame) => frame.url().includes(`${place}?`) && !frame.isDetached())
  await expect.poll(find).toBeDefined()
  return find()!
}

/** The website of the preview, and the chat on it. */
export async function openPreview(page: Page): Promise<{ sample: Frame; chat: Frame }> {
  const [sample, chat] = [await frameAt(page, '/sample'), await frameAt(page, '/frame')]
  await chat.locator('h1').waitFor()
  return { sample, chat }
}
