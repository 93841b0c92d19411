// How the loader gets onto the pages of a site, by what the site is made with. Pure.

export const frameworks = ['html', 'react', 'next', 'vue', 'wordpress'] as const
export type Framework = (typeof frameworks)[number]

/** `address` is that of the loader. It starts once, however often the code runs. */
export const installSamples: Record<Framework, (address: string) => string> = {
  html: (address) => `<script async src="${address}"></script>
`,
  react: (address) => `import { useEffect } from 'react'

export function Chat() {
  useEffect(() => {
    const script = document.createElement('script')
    script.async = true
    script.src = '${address}'
    document.head.append(script)
  }, [])
  return null
}
`,
  next: (address) => `// app/layout.tsx
import Script from 'next/script'

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
      <Script async src="${address}" strategy="lazyOnload" />
    </html>
  )
}
`,
  vue: (address) => `<script setup>
import { onMounted } from 'vue'

onMounted(() => {
  const script = document.createElement('script')
  script.async = true
  script.src = '${address}'
  document.head.append(script)
})
</script>
`,
  wordpress: (address) => `<?php
// functions.php of your theme
add_action('wp_enqueue_scripts', function () {
    wp_enqueue_script('parley', '${address}', [], null, ['strategy' => 'async']);
});
`,
}
