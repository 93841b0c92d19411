// Parts that are loaded after the page. A part whose file is lost on its way is loaded again until it is there, and the page does without
// it meanwhile: a moment without a network must not take the page away.
import { type ComponentType, lazy } from 'react'

const again_after_ms = 3000

export const lazily = <Props>(load: () => Promise<ComponentType<Props>>) =>
  lazy(async () => ({ default: await loadOnAndOn(load) }))

async function loadOnAndOn<Part>(load: () => Promise<Part>): Promise<Part> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, again_after_ms))
    }
  }
}
