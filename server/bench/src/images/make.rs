//! Photos as telephones take them, made of numbers: smooth light, texture of several sizes, hard edges, and the grain of a
//! small sensor. The same seed gives the same pixels.

/// Eight bits of noise for a place, the same whenever it is asked.
fn noise(seed: u32, x: u32, y: u32) -> u32 {
    let mut mixed = seed ^ x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    mixed ^= mixed >> 15;
    mixed = mixed.wrapping_mul(0x2C1B_3C6D);
    mixed ^= mixed >> 12;
    mixed = mixed.wrapping_mul(0x297A_2D39);
    (mixed ^ (mixed >> 15)) & 255
}

/// Noise of a size: between the points of a grid whose meshes are `1 << shift` pixels, times 256.
fn texture(seed: u32, x: u32, y: u32, shift: u32) -> u32 {
    let size = 1 << shift;
    let (left, top, right, below) = (x >> shift, y >> shift, x & (size - 1), y & (size - 1));
    let row = |y: u32| noise(seed, left, y) * (size - right) + noise(seed, left + 1, y) * right;
    ((row(top) * (size - below)) >> shift) + ((row(top + 1) * below) >> shift)
}

/// Red, green and blue of every pixel, row by row.
#[must_use]
pub fn photo(seed: u32, width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            // Leaves: where a coarse texture passes a threshold the colour changes at once.
            let coarse = texture(seed, x, y, 8) >> 8;
            let middle = texture(seed + 1, x, y, 5) >> 5;
            let fine = texture(seed + 2, x, y, 2) >> 2;
            let light = 96 + (x * 64 / width.max(1)) + (y * 32 / height.max(1));
            let is_leaf = coarse > 128;
            let grain = noise(seed + 3, x, y) & 15;
            let lit = light * (160 + middle / 4 + fine / 8) / 224 + grain;
            let [red, green, blue] = if is_leaf { [5, 9, 4] } else { [9, 7, 6] };
            pixels.extend(
                [red, green, blue].map(|part| u8::try_from((lit * part / 8).min(255)).unwrap_or(255)),
            );
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_the_same_each_time_and_neither_flat_nor_noise() {
        let made = photo(7, 64, 48);
        assert_eq!(made, photo(7, 64, 48));
        assert_ne!(made, photo(8, 64, 48));
        let (least, most) = (made.iter().min().unwrap(), made.iter().max().unwrap());
        assert!(most - least > 60, "{least} to {most}");
        let steps: u32 = made
            .chunks_exact(3)
            .zip(made.chunks_exact(3).skip(1))
            .map(|(a, b)| u32::from(a[1].abs_diff(b[1])))
            .sum();
        assert!(steps / (64 * 48) < 20, "neighbours resemble each other");
    }
}
