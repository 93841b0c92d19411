// Files to add to knowledge bases, and how they are dropped on a page.
import type { Page } from 'playwright-core'
import type { TestServer } from '../../../server/test/support/server.ts'

export interface TestFile {
  name: string
  mimeType: string
  buffer: Buffer
}

export const textFile = (name: string, text: string): TestFile => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(text),
})

/** One page for each text, which must be ASCII without parentheses. */
export function pdfFile(name: string, ...pages: string[]): TestFile {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>']
  const kids = pages.map((_text, index) => `${4 + 2 * index} 0 R`).join(' ')
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`)
  objects.push('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>')
  for (const [index, text] of pages.entries()) {
    const content = `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    )
  }
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const start = body.length
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(body, 'latin1') }
}

/** As from the file manager. */
export async function dropFiles(page: Page, files: readonly TestFile[]): Promise<void> {
  const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, bytes: buffer.toString('base64') }))
  const data = await page.evaluateHandle((all) => {
    const transfer = new DataTransfer()
    for (const { name, mimeType, bytes } of all) {
      const content = Uint8Array.from(atob(bytes), (character) => character.codePointAt(0)!)
      transfer.items.add(new File([content], name, { type: mimeType }))
    }
    return transfer
  }, sent)
  await page.getByText('Drop files here').dispatchEvent('drop', { dataTransfer: data })
}

export async function makeDataset(server: TestServer, name: string, files: readonly TestFile[] = []): Promise<string> {
  const { id: dataset_id } = await server.client.createDataset({ name })
  for (const { name: file_name, buffer } of files) {
    await server.client.attachSources({
      dataset_id,
      file: new Blob([new Uint8Array(buffer)]),
      metadata: { name: file_name },
    })
  }
  return dataset_id
}

/** Every source is ready or has failed. */
export async function isSettled(server: TestServer, dataset_id: string): Promise<boolean> {
  return (await server.client.getDataset({ dataset_id })).counts.in_progress === 0
}

/** A source in the list of a knowledge base. */
export const row = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Sources', exact: true }).getByRole('listitem').filter({ hasText: name })
export const stateOf = (page: Page, name: string, state: string) => row(page, name).getByText(state, { exact: true })
