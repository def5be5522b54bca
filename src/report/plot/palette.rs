//! Colours that stay apart for colour-blind readers (Okabe and Ito), and in print.

use plotters::style::RGBColor;

/// The bulk.
pub(super) const BULK: RGBColor = RGBColor(0, 114, 178);
/// Edges of the bulk; lines differ by kind.
pub(super) const EDGE: RGBColor = RGBColor(0, 0, 0);
/// Point masses; marked with a triangle as well.
pub(super) const ATOM: RGBColor = RGBColor(0, 130, 95);
/// Outliers; marked with a dot as well.
pub(super) const OUTLIER: RGBColor = RGBColor(213, 94, 0);
/// Text.
pub(super) const TEXT: RGBColor = RGBColor(40, 40, 40);
/// Names of phases: paler than lines.
pub(super) const NAME: RGBColor = RGBColor(90, 90, 90);
/// The line at zero.
pub(super) const GUIDE: RGBColor = RGBColor(200, 200, 200);

/// A wide line above the colours of cells, below black ones that may lie upon it.
pub(super) const WIDE: RGBColor = RGBColor(240, 170, 0);
/// Lines above the colours of cells, besides these.
pub(super) const LINE: RGBColor = RGBColor(158, 0, 110);

/// Curves of ordered values: as even steps of one scale, dark to light, all of them visible on white.
pub(super) fn ordered(index: usize, count: usize) -> RGBColor {
    if count < 2 {
        return BULK;
    }
    let part = index as f64 / (count - 1) as f64;
    shade(part)
}

/// From dark at 0 to light at 1.
pub(super) fn shade(part: f64) -> RGBColor {
    // what is lighter is lost on white
    const LIGHTEST: f64 = 0.82;
    let colour = colorous::VIRIDIS.eval_continuous(LIGHTEST * part.clamp(0.0, 1.0));
    RGBColor(colour.r, colour.g, colour.b)
}

/// Curves of one panel, in this order; when they are used up, dashes tell the next ones apart.
pub(super) const CURVES: [RGBColor; 6] = [
    BULK,
    OUTLIER,
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];
