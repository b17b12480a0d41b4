/** No previews of what stands in a link, no names looked up in our text, no addresses made into links. */
export const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const
