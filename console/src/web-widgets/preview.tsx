// The real frame of a widget, as it is saved.
import { useMutation } from '@tanstack/react-query'
import { useSession } from '../session/session-context.ts'
import { Button } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { widgetTexts as words } from './texts.ts'

export function Preview({ web_widget_id }: { web_widget_id: string }) {
  const { client } = useSession()
  const preview = useMutation({ mutationFn: () => client.previewWebWidget({ web_widget_id }) })
  return (
    <section aria-label={words.preview} className="flex w-full max-w-sm flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="flex-1 font-semibold">{words.preview}</h2>
        <Button disabled={preview.isPending} onClick={() => preview.mutate()}>
          {preview.data ? words.previewAgain : words.previewStart}
        </Button>
      </div>
      <p className="text-xs text-faint">{words.previewNote}</p>
      {preview.error && <p className="text-bad">{describeError(preview.error)}</p>}
      {preview.data && (
        // Its page is this server’s own, or of an origin that only has the widget; with the same origin it keeps its token.
        // oxlint-disable-next-line react/iframe-missing-sandbox
        <iframe
          title={words.preview}
          src={`${preview.data.url}&parentOrigin=${encodeURIComponent(location.origin)}`}
          sandbox="allow-scripts allow-same-origin allow-forms allow-popups allow-downloads"
          className="h-[640px] w-full rounded-lg border border-line bg-surface"
        />
      )}
    </section>
  )
}
