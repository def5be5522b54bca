//! Columns that line up.

/// Lines of cells, every column as wide as its widest cell, two blanks apart.
#[derive(Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a line.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.cells(cells.iter().map(|cell| (*cell).to_owned()).collect());
    }

    /// Adds a line of as many cells as every other line has.
    pub fn cells(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// All lines.
    #[cfg(feature = "plot")]
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The table as text, each line indented and ended by a line break.
    ///
    /// The last cell of a line takes no part in its column's width: it may be a sentence.
    pub fn render(&self, indent: &str) -> String {
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(indent);
            for (column, cell) in row.iter().enumerate() {
                let last = row[column + 1..].iter().all(String::is_empty);
                if last {
                    text.push_str(cell);
                    break;
                }
                text.push_str(&format!("{cell:<width$}  ", width = self.width(column)));
            }
            text.push('\n');
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let inner = self
            .rows
            .iter()
            .filter(|row| row[column + 1..].iter().any(|cell| !cell.is_empty()));
        inner
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    }
}

/// A table below its title, if it has one.
pub(super) fn titled(title: Option<&str>, table: &Table) -> String {
    let title = title.map(|title| format!("{title}\n")).unwrap_or_default();
    format!("{title}{}", table.render(""))
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_line_up_and_last_cells_run_on() {
        let mut table = Table::default();
        table.row(["delta_alg", "0.5", "exact"]);
        table.row(["delta_NN(0)", "a sentence that goes on", ""]);
        table.row(["d", "12.25", "soft"]);
        let text = table.render(" ");
        assert_eq!(
            text,
            " delta_alg    0.5    exact\n delta_NN(0)  a sentence that goes on\n d            12.25  soft\n"
        );
    }
}
