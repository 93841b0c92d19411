// The document that shows a provider's challenge, and tells the frame the token that it gives.

interface Provider {
  render(place: string, options: Record<string, unknown>): void
}

const { provider, site_key } = JSON.parse(document.getElementById('parley-captcha')!.textContent!) as {
  provider: 'turnstile' | 'hcaptcha'
  site_key: string
}

const sources = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit',
  hcaptcha: 'https://js.hcaptcha.com/1/api.js?render=explicit',
}

const script = document.createElement('script')
script.src = sources[provider]
script.addEventListener('load', () => {
  const api = (window as unknown as Record<string, Provider | undefined>)[provider]
  api?.render('#challenge', {
    sitekey: site_key,
    action: 'parley_start',
    callback: (token: string) => parent.postMessage({ type: 'parley-captcha', token }, location.origin),
  })
})
document.head.append(script)
