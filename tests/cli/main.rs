//! The command as a user runs it: one module for each subject.

mod support;

mod answers;
mod delta_alg_sampled;
mod design;
mod diagram;
mod diagram_journal;
mod diagram_pictures;
mod docs;
mod dynamics;
mod escape;
mod experiments;
mod files;
mod inputs;
mod manners;
mod page;
mod plots;
mod results;
mod schemas;
mod simulate;
mod validate;
