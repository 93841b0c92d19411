// How the widget is built: the frame's page with hashed files, the loader as one script, and what the server has to know of both. The
// build fails if what a visitor loads is larger than promised.
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import { settingsOfLoader } from '@parley/contract'
import { type Plugin, build, defineConfig } from 'vite'
import { locales } from './src/texts/texts.ts'

const root = import.meta.dirname
const dist = join(root, 'dist')
const version = '0.1.0'
const define = { __VERSION__: JSON.stringify(version) }

/** In bytes after gzip. */
const loader_at_most = 3072
/** With the settings of a widget that configures nothing, as a server serves it. */
const served_at_most = 4096
const frame_at_most = 25_600
const rest_at_most = 16_896
const language_at_most = 2048
/** What is about people, with one language of it. */
const people_at_most = 3072

export default defineConfig({
  root,
  base: '/public/widget/',
  plugins: [importPlainly(), loaderAndManifest()],
  // The server has the files of `assets` there.
  experimental: { renderBuiltUrl: (file) => `/public/widget/${file.replace('assets/', '')}` },
  publicDir: false,
  define,
  build: {
    target: 'baseline-widely-available',
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { frame: join(root, 'frame.html'), captcha: join(root, 'captcha.html') },
      checks: { pluginTimings: false },
    },
  },
})

/** The frame's imports have no style of their own to wait for: without this, 0.7 KB of what a visitor waits for would do that. */
function importPlainly(): Plugin {
  return {
    name: 'parley-imports',
    enforce: 'pre',
    load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null),
  }
}

function loaderAndManifest(): Plugin {
  return {
    name: 'parley-loader',
    apply: 'build',
    async closeBundle() {
      const open = await buildLoader()
      await writeFile(join(dist, 'demo.html'), await readFile(join(root, 'demo.html')))
      await buildSample()
      await writeFile(join(dist, 'manifest.json'), `${JSON.stringify(await describeFiles(open))}\n`)
      await Promise.all((await readdir(join(dist, 'assets'))).map((file) => compress(join(dist, 'assets', file))))
      await checkSizes()
    },
  }
}

/** A script, of which nothing is global, and the module that it imports when it is needed; answers the name of that one. */
async function buildLoader(): Promise<string> {
  const open = (await buildScript('loader/open', 'assets/open-[hash].js', 'es')).replace('assets/', '')
  await buildScript('loader/main', 'loader.js', 'iife', { __OPEN__: JSON.stringify(open) })
  const found = (await readFile(join(dist, 'loader.js'), 'utf8')).split('__PARLEY_SETTINGS__').length - 1
  if (found !== 1) throw new Error(`The loader has ${found} places for its settings`)
  return open
}

/** A website for the console's preview, apart from what visitors load: the loader's modules, whose settings come with the page. */
async function buildSample(): Promise<void> {
  const script = await buildScript('sample/main', 'assets/sample-[hash].js', 'es', {
    __PARLEY_SETTINGS__: 'window.parleySample.settings',
    __OPEN__: 'window.parleySample.open',
  })
  const page = await readFile(join(root, 'sample.html'), 'utf8')
  await writeFile(
    join(dist, 'sample.html'),
    page.replace('__SCRIPT__', `/public/widget/${script.replace('assets/', '')}`),
  )
}

/** Answers the name of the file. */
async function buildScript(
  name: string,
  file: string,
  format: 'es' | 'iife',
  more: Record<string, string> = {},
): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { ...define, ...more },
    build: {
      target: 'baseline-widely-available',
      emptyOutDir: false,
      reportCompressedSize: false,
      // As a library: then nothing is added to its import.
      lib: { entry: join(root, `src/${name}.ts`), name: 'parley', formats: [format] },
      rolldownOptions: {
        output: { entryFileNames: file, ...(format === 'iife' ? { exports: 'none' } : {}) },
        checks: { pluginTimings: false },
      },
    },
  })
  return (built as { output: { fileName: string }[] }[])[0]!.output[0]!.fileName
}

async function describeFiles(open: string): Promise<object> {
  const labels: Record<string, object> = {}
  let keys: string[] = []
  for (const locale of locales) {
    const { [locale]: texts } = (await import(join(root, `src/texts/${locale}.ts`))) as Record<
      string,
      Record<string, string>
    >
    const ofLauncher = Object.entries(texts!).filter(([key]) => key.startsWith('launcher_'))
    labels[locale] = Object.fromEntries(ofLauncher.map(([key, text]) => [key.slice('launcher_'.length), text]))
    const { [locale]: more } = (await import(join(root, `src/texts/people/people-${locale}.ts`))) as Record<
      string,
      object
    >
    keys = [...new Set([...keys, ...Object.keys({ ...texts, ...more })])]
  }
  return {
    version,
    loader: 'loader.js',
    frame: 'frame.html',
    demo: 'demo.html',
    captcha: 'captcha.html',
    sample: 'sample.html',
    open,
    labels,
    text_keys: keys,
  }
}

async function compress(path: string): Promise<void> {
  if (!/\.(js|css)$/.test(path)) return
  const content = await readFile(path)
  await writeFile(`${path}.br`, await promisify(brotliCompress)(content))
  await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
}

const gzippedText = async (text: string | Buffer) => (await promisify(gzip)(text, { level: 9 })).length
const gzipped = async (path: string) => gzippedText(await readFile(join(dist, path)))

/** The loader as a server serves it, whose settings have the button's words in all languages. */
async function sizeServed(): Promise<number> {
  const { labels } = JSON.parse(await readFile(join(dist, 'manifest.json'), 'utf8')) as {
    labels: Parameters<typeof settingsOfLoader>[2]
  }
  const widget = { id: '01a210a3-5c1f-7a64-8f3b-0b1d6f6f4d11', domains: [], config: {} }
  const settings = JSON.stringify(settingsOfLoader(widget, 'https://parley.example.com', labels))
  const loader = await readFile(join(dist, 'loader.js'), 'utf8')
  return gzippedText(loader.replace('__PARLEY_SETTINGS__', () => settings))
}

async function checkSizes(): Promise<void> {
  const assets = (await readdir(join(dist, 'assets'))).filter((file) => /\.(js|css)$/.test(file))
  const isLanguage = (file: string) => /^[a-z]{2}-/.test(file)
  /** Of the console's preview; no visitor loads it. */
  const isSample = (file: string) => file.startsWith('sample-')
  /** Loaded after the first picture. */
  const isLater = (file: string) => /^(more|captcha|open)-/.test(file)
  /** Loaded when a person or a queue appears. */
  const isOfPeople = (file: string) => file.startsWith('people-')
  const isWordsOfPeople = (file: string) => /^people-[a-z]{2}-/.test(file)
  const sum = async (files: string[]) =>
    (await Promise.all(files.map((file) => gzipped(`assets/${file}`)))).reduce((all, size) => all + size, 0)
  const largest = async (files: string[]) =>
    Math.max(...(await Promise.all(files.map((file) => gzipped(`assets/${file}`)))))
  const language = await largest(assets.filter(isLanguage))
  const of_people = assets.filter((file) => isOfPeople(file) && !isWordsOfPeople(file))
  const sizes = {
    loader: { bytes: await gzipped('loader.js'), at_most: loader_at_most },
    served: { bytes: await sizeServed(), at_most: served_at_most },
    language: { bytes: language, at_most: language_at_most },
    rest: { bytes: await sum(assets.filter(isLater)), at_most: rest_at_most },
    people: {
      bytes: (await sum(of_people)) + (await largest(assets.filter(isWordsOfPeople))),
      at_most: people_at_most,
    },
    frame: {
      bytes:
        (await gzipped('frame.html')) +
        (await sum(
          assets.filter((file) => !isLanguage(file) && !isLater(file) && !isSample(file) && !isOfPeople(file)),
        )) +
        language,
      at_most: frame_at_most,
    },
  }
  await writeFile(join(dist, 'sizes.json'), `${JSON.stringify(sizes)}\n`)
  const tooLarge = Object.entries(sizes).filter(([, { bytes, at_most }]) => bytes > at_most)
  const told = Object.entries(sizes).map(([name, { bytes, at_most }]) => `${name} ${bytes} of ${at_most}`)
  console.log(`widget, bytes after gzip: ${told.join(', ')}`)
  if (tooLarge.length > 0) throw new Error(`Too large: ${tooLarge.map(([name]) => name).join(', ')}`)
}
