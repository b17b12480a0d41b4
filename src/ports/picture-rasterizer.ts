/** Makes a PNG of a drawing, where a surface shows no SVG. */
export interface PictureRasterizer {
  toPng(svg: string): Promise<Uint8Array>
}
