//! The servers of a page: what each of them gets back, and what is in stock.

use super::{HtmlPage, text};
use crate::cli::show::to_file::chain::svg;
use crate::cli::words::{address, number, overlaps, plural, server_name};
use addpack::plan::{Plan, Restored, ServerState};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Servers that are shown before the appendix.
const SHOWN: usize = 20;

impl HtmlPage<'_> {
    fn restored(&self, (server, plan): &(ServerState, Plan)) -> Restored {
        plan.restored(&self.set.packs, server, self.set.chain(server))
    }

    pub(super) fn servers(&self, out: &mut dyn Write) -> io::Result<()> {
        let (whole, mut lacking): (Vec<_>, Vec<_>) =
            self.set.fleet.plans.iter().partition(|plan| self.restored(plan) == Restored::Whole);
        lacking.sort_by_cached_key(|plan| self.restored(plan));
        if !lacking.is_empty() {
            let shown = match lacking.len() {
                count if count > SHOWN => {
                    format!("{SHOWN} of {}; the rest in the appendix", number(count as u64))
                }
                count => number(count as u64),
            };
            let title = format!("Servers that need attention first <small>({shown})</small>");
            self.server_table(out, &title, lacking.iter().take(SHOWN).copied())?;
        }
        let rest: Vec<_> = lacking.iter().skip(SHOWN).chain(&whole).copied().collect();
        if rest.is_empty() {
            return Ok(());
        }
        let few = lacking.len() <= SHOWN && whole.len() <= SHOWN;
        let title = if few {
            "Servers that get all their licenses back"
        } else {
            "Appendix: all other servers"
        };
        let title = format!("{title} <small>({})</small>", number(rest.len() as u64));
        self.server_table(out, &title, rest.into_iter())
    }

    fn server_table<'p>(
        &self,
        out: &mut dyn Write,
        title: &str,
        plans: impl Iterator<Item = &'p (ServerState, Plan)>,
    ) -> io::Result<()> {
        writeln!(
            out,
            "<h2>{title}</h2><div class=\"wide\"><table class=\"servers\"><tr><th>Server</th><th>Licenses</th><th \
             class=\"number\">Reaches</th><th>Missing, and other remarks</th></tr>"
        )?;
        for (server, plan) in plans {
            let missing = plan.missing(&self.set.packs, server);
            let picture = svg(plan, server, &self.set.packs, &missing);
            let missing = missing.iter().map(|(from, to)| format!("{from} to {to}"));
            let chain = self.set.chain(server);
            let remarks = chain.map_or_else(Vec::new, overlaps);
            let remarks = remarks.iter().map(|remark| text(remark).into_owned());
            let remarks: Vec<_> = missing.chain(remarks).collect();
            let (name, mac) = server
                .identity
                .map_or_else(Default::default, |it| (server_name(&it).into_owned(), address(&it)));
            writeln!(
                out,
                "<tr><td>{}<br><small>{mac}</small></td><td>{}</td><td \
                 class=\"number\" data-label=\"Reaches\">{}</td><td \
                 data-label=\"Missing, and other remarks\">{}</td></tr>",
                text(&name),
                picture,
                plan.reaches,
                remarks.join("<br>"),
            )?;
        }
        out.write_all(b"</table></div>\n")
    }

    /// Unused packs that no server needs, by their size.
    pub(super) fn stock(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut sizes: BTreeMap<u16, u64> = BTreeMap::new();
        for &pack in &self.set.fleet.stock {
            *sizes.entry(self.set.packs[pack].licenses).or_default() += 1;
        }
        if sizes.is_empty() {
            return Ok(());
        }
        out.write_all(b"<h2>Unused packs in stock</h2><p id=\"stock\">")?;
        let sizes = sizes
            .iter()
            .map(|(size, count)| format!("{} of {size} licenses", plural(*count, "pack", "packs")));
        write!(out, "{}</p>", sizes.collect::<Vec<_>>().join(", "))
    }
}
