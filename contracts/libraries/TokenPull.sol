// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStorageMarket} from "../interfaces/IStorageMarket.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title TokenPull
/// @notice Takes tokens from a caller in the way the caller chose.
library TokenPull {
    using SafeERC20 for IERC20;

    uint8 private constant BY_PERMIT = 1;
    uint256 private constant PERMIT_LENGTH = 160;

    /// @notice Moves `amount` from `from` to this contract; what arrives must be what was asked.
    function pull(IERC20 token, address from, uint256 amount, IStorageMarket.Payment calldata payment) internal {
        uint8 kind = payment.kind;
        require(kind <= BY_PERMIT, IStorageMarket.PaymentKindUnknown(kind));
        uint256 expected = kind == BY_PERMIT ? PERMIT_LENGTH : 0;
        require(payment.data.length == expected, IStorageMarket.PaymentDataInvalid(kind, payment.data.length));
        if (amount == 0) return;

        if (kind == BY_PERMIT) _permit(token, from, payment.data);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        require(received == amount, IStorageMarket.TokenNotExact(amount, received));
    }

    /// @dev A permit that fails is no error: somebody may have sent it first, and then the allowance is there.
    function _permit(IERC20 token, address from, bytes calldata data) private {
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) = abi.decode(
            data,
            (uint256, uint256, uint8, bytes32, bytes32)
        );
        try IERC20Permit(address(token)).permit(from, address(this), value, deadline, v, r, s) {} catch {}
    }
}
