// The built files of the workspace `widget/`: the loader, the frame and what it loads, in memory, since they are small.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface WidgetBuild {
  /** A script with `__PARLEY_SETTINGS__` where its settings belong. */
  loader: string
  /** A page with `__PARLEY_EMBED_TOKEN__` and `__PARLEY_WIDGET__`. */
  frame: string
  /** A page with `__PARLEY_CAPTCHA__`; null: the build has none. */
  captcha: string | null
  /** A page with `__PARLEY_SAMPLE__`: a website for the console's preview. */
  sample: string | null
  /** The name of the loader's second script. */
  open: string
  /** A page with `__PARLEY_LOADER__` and `__PARLEY_HINT__`. */
  demo: string | null
  /** Texts of the launcher by language. */
  labels: Record<string, Record<string, string>>
  /** By name; an encoding is beside its file, as `.br` and `.gz`. */
  assets: ReadonlyMap<string, Buffer>
}

/** The output folder of `npm run build`. */
export const built_widget = join(import.meta.dirname, '..', '..', '..', '..', 'widget', 'dist')

/** Null: it has not been built. */
export async function readBuild(folder: string): Promise<WidgetBuild | null> {
  const text = (file: string) => readFile(join(folder, file), 'utf8').catch(() => null)
  const pages = ['manifest.json', 'captcha.html', 'demo.html', 'sample.html']
  const [manifest, captcha, demo, sample] = await Promise.all(pages.map(text))
  if (manifest == null) return null
  const { loader, frame, open, labels } = JSON.parse(manifest) as {
    loader: string
    frame: string
    open: string
    labels: WidgetBuild['labels']
  }
  const [script, page] = await Promise.all([text(loader), text(frame)])
  if (script === null || page === null) return null
  return {
    loader: script,
    frame: page,
    captcha: captcha ?? null,
    demo: demo ?? null,
    sample: sample ?? null,
    open,
    labels,
    assets: await readAssets(folder),
  }
}

async function readAssets(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const names = await readdir(join(folder, 'assets')).catch(() => [])
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, 'assets', name))] as const)),
  )
}
