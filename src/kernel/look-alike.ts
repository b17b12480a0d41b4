/** Letters of other scripts that a reader takes for Latin ones. Not all there are: those that make up names and ids. */
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: 'a', ԁ: 'd', е: 'e', һ: 'h', і: 'i', ј: 'j', к: 'k', м: 'm', о: 'o', р: 'p', ԛ: 'q', ѕ: 's', т: 't' },
    ...{ у: 'y', в: 'b', н: 'h', ԝ: 'w', х: 'x', с: 'c', ѵ: 'v', ӏ: 'l', ɡ: 'g', ɑ: 'a', ı: 'i' },
    ...{ α: 'a', ε: 'e', ι: 'i', κ: 'k', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u', χ: 'x', γ: 'y' },
  }),
)

/** Two texts with the same answer are the same to whoever reads them: case, width, invisible and look-alike letters aside. */
export function lookAlikeKey(text: string): string {
  const plain = text
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Z}\u{E0000}-\u{E007F}]/gu, '')
    .toLowerCase()
  return [...plain].map((letter) => LOOKS_LIKE.get(letter) ?? letter).join('')
}
