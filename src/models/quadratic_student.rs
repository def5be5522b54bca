//! The quadratic student at initialisation (arXiv:2510.18435).

use super::Reference;

/// Teacher `z1^2`, student the average of m squares with unit-norm rows, loss
/// `(y - f)^2 / (2 (a + |y|))`: the threshold of the Hessian at initialisation is published.
#[derive(Clone, Copy, Debug)]
pub struct QuadraticStudent {
    /// m.
    pub neurons: usize,
    /// a.
    pub offset: f64,
    /// delta_NN(0).
    pub delta_nn: Reference,
    /// Whether the bulk's edge at the threshold is hard.
    pub hard_edge: bool,
}

/// The published cases.
pub fn quadratic_students() -> [QuadraticStudent; 5] {
    let case = |neurons, offset, value, hard_edge| QuadraticStudent {
        neurons,
        offset,
        delta_nn: Reference {
            value,
            relative_tolerance: 5e-5,
            source: "arXiv:2510.18435 and a recomputation",
        },
        hard_edge,
    };
    [
        case(1, 0.1, 2.1667, false),
        case(2, 0.1, 1.2554, false),
        case(4, 0.1, 0.8907, false),
        case(1, 1.0, 1.1349, false),
        case(2, 1.0, 1.0184, true),
    ]
}

impl QuadraticStudent {
    /// The experiment file.
    pub fn experiment(&self) -> String {
        format!(
            "[target]\nlink = \"z1^2\"\nchannel = \"deterministic\"\n\
             [network]\nactivation = \"u^2\"\nreadout = {{ kind = \"equal\", neurons = {} }}\nscale = \"1/m\"\n\
             [loss]\nkind = \"normalised-square\"\nwidth = {:?}\n\
             [training]\nstep_size = 0.1\nsteps = 0\ninit_std = 1.0\n",
            self.neurons, self.offset
        )
    }

    /// `inf lambda_min(D) = -2/m`, approached as `u -> 0` and `y -> infinity`.
    pub fn curvature_infimum(&self) -> f64 {
        -2.0 / self.neurons as f64
    }
}
