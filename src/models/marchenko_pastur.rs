//! A linear network with square loss: the Hessian is a Wishart matrix.

/// One linear neuron, square loss: D = 1 and H = X^T X / n, whose law is Marchenko and Pastur's.
#[derive(Clone, Copy, Debug)]
pub struct MarchenkoPastur {
    /// n/d.
    pub delta: f64,
}

impl MarchenkoPastur {
    /// The experiment file.
    pub fn experiment(&self) -> String {
        "[target]\nlink = \"z1^2\"\nchannel = \"deterministic\"\n\
         [network]\nactivation = \"u\"\nreadout = [1.0]\n\
         [loss]\nkind = \"square\"\n\
         [training]\nstep_size = 0.1\nsteps = 0\ninit_std = 1.0\n"
            .to_owned()
    }

    /// Both edges of the bulk, `(1 -+ 1/sqrt(delta))^2`.
    pub fn edges(&self) -> (f64, f64) {
        let root = self.delta.sqrt().recip();
        ((1.0 - root).powi(2), (1.0 + root).powi(2))
    }

    /// Density of the bulk, `delta sqrt((x - a)(b - x)) / (2 pi x)`; its mass is `min(1, delta)`.
    pub fn density(&self, x: f64) -> f64 {
        let (a, b) = self.edges();
        let inside = ((x - a) * (b - x)).max(0.0);
        self.delta * inside.sqrt() / (2.0 * std::f64::consts::PI * x)
    }
}
